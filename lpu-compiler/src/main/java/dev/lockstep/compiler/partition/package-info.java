/**
 * Which chip holds what: every way of cutting a model over a number of chips, what each needs of memory and of time,
 * and why the others lost.
 */
@NullMarked
package dev.lockstep.compiler.partition;

import org.jspecify.annotations.NullMarked;
