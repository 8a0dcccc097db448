/**
 * Finds cycles. A {@link dev.lockstep.compiler.schedule.Fragment} is a piece of work whose instructions have fixed distances in time; the
 * {@link dev.lockstep.compiler.schedule.Scheduler} puts fragments one after another at the earliest cycle in which their operands are there and all that they
 * use is free: queues, streams along the way of every flight, arrays. Latencies are constants, so nothing has to be guessed.
 */
@NullMarked
package dev.lockstep.compiler.schedule;

import org.jspecify.annotations.NullMarked;
