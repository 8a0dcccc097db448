/**
 * A prompt goes in, sampled text comes out. {@link dev.lockstep.engine.Lockstep} is the way in: it opens a model and owns the one
 * session that reads prompts and generates; {@link dev.lockstep.engine.Chat} puts conversations to it, and
 * {@link dev.lockstep.engine.ShapeModel} has a speed but no words.
 */
@NullMarked
package dev.lockstep.engine;

import org.jspecify.annotations.NullMarked;
