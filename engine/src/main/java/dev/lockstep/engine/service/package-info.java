/**
 * A model that serves many at once. {@link dev.lockstep.engine.service.InferenceService} takes a
 * {@link dev.lockstep.engine.service.CompletionRequest} from any thread and tells a listener about its
 * {@link dev.lockstep.engine.service.CompletionEvent}s; one thread computes steps that hold tokens of all requests at hand. What a
 * request is answered does not depend on what else is served, to the bit.
 */
@NullMarked
package dev.lockstep.engine.service;

import org.jspecify.annotations.NullMarked;
