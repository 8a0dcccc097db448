/**
 * The host program: a graph cut into phases between barriers, the work of a phase cut over cores, every buffer at a fixed place; and its
 * translation into one native function per step.
 */
@NullMarked
package dev.lockstep.host.program;

import org.jspecify.annotations.NullMarked;
