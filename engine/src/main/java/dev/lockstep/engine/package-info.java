/**
 * A prompt goes in, sampled text comes out. {@link dev.lockstep.engine.service.InferenceService} answers requests of many users,
 * {@link dev.lockstep.engine.assistant.Assistant} holds a conversation with it; {@link dev.lockstep.engine.Lockstep} is the opened model
 * below both, and {@link dev.lockstep.engine.ShapeModel} has a speed but no words.
 */
@NullMarked
package dev.lockstep.engine;

import org.jspecify.annotations.NullMarked;
