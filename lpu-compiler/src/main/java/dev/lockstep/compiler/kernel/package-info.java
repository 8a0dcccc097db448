/**
 * Pieces of a model as {@link dev.lockstep.compiler.schedule.Fragment}s: what each unit does, and when relative to the others, for a matrix product,
 * a pass of vectors through the vector unit, a reduction over lanes, attention, and the exchange between chips.
 */
@NullMarked
package dev.lockstep.compiler.kernel;

import org.jspecify.annotations.NullMarked;
