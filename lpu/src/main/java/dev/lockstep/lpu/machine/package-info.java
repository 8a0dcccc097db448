/**
 * The machine as data: every number of a processor and its network with unit, source and status, read from a file that
 * users can write ({@link dev.lockstep.lpu.machine.Machine#read}), and what follows from the numbers: where units stand along
 * the streams ({@link dev.lockstep.lpu.machine.Floorplan}) and which port is wired to which
 * ({@link dev.lockstep.lpu.machine.Wiring}).
 */
@NullMarked
package dev.lockstep.lpu.machine;

import org.jspecify.annotations.NullMarked;
