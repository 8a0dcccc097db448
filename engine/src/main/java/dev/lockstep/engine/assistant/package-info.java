/**
 * The library for applications: {@link dev.lockstep.engine.assistant.Assistant} keeps a conversation with a served model, answers as
 * text or as a record, and calls functions.
 */
@NullMarked
package dev.lockstep.engine.assistant;

import org.jspecify.annotations.NullMarked;
