/**
 * From a model's sizes to a system of language processing units: who holds what, what bounds its speed, and the schedule.
 */
@NullMarked
package dev.lockstep.compiler;

import org.jspecify.annotations.NullMarked;
