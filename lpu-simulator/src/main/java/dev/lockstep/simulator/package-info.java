/**
 * Executes programs of the LPU. {@link dev.lockstep.simulator.LpuSystem} computes every vector in the cycle in which the machine would;
 * {@link dev.lockstep.simulator.TimeSimulator} tells only when things happen, for systems of any size. Both know no stalls: what is not
 * there in its cycle is a {@link dev.lockstep.simulator.SimulationException}. Nothing here sees a compiler.
 */
@NullMarked
package dev.lockstep.simulator;

import org.jspecify.annotations.NullMarked;
