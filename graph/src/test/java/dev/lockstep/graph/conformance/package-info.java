/** Golden logits and continuations of an engine that we did not write, from {@code ../shared/conformance}. */
@NullMarked
package dev.lockstep.graph.conformance;

import org.jspecify.annotations.NullMarked;
