/**
 * The instruction set: what a queue of a chip can be told to do in a cycle.
 *
 * <h2>Time</h2>
 * A chip has no clock-independent behaviour at all: an instruction that is dispatched in cycle t takes its operands and gives its results in cycles
 * that follow from t, from latencies of the {@linkplain dev.lockstep.lpu.machine.Machine machine} and from nothing else. Cycles are those of the
 * bottom tile; tile i of a slice does the same i cycles later, so that a vector is complete N = 20 cycles after its first lanes
 * (T = N + d_func + distance of the published timing law). All chips of a system count the same cycles.
 *
 * <h2>Streams</h2>
 * A {@link dev.lockstep.lpu.isa.Stream} is one of 32 conveyor belts of a direction, one byte a lane wide. It consists of registers at the positions of
 * {@link dev.lockstep.lpu.machine.Floorplan}; in every cycle each vector moves one position on. Whoever drives a register replaces what would have
 * arrived there; whoever takes a vector leaves it on the stream. A vector that nobody replaces falls off at the matrix unit. Consumers
 * at a position see what arrives from upstream, not what is driven there in the same cycle. Two producers that drive one register in one cycle are an error.
 *
 * <h2>Values</h2>
 * Elements of {@link dev.lockstep.lpu.isa.Element} with more than one byte travel as byte planes on neighbouring streams, the lowest byte on the lowest stream,
 * whose number is a multiple of the number of planes; in memory the planes lie in different slices.
 *
 * <h2>Labels</h2>
 * The machine cannot see that a consumer takes its neighbour's vector. Therefore whoever produces a vector gives it a label, and whoever takes one says which label it
 * expects: assertions, which no hardware executes and a binary can be stripped of. Label 0 means <i>unchecked</i>. Byte plane b of a
 * labelled group carries {@code label + b * }{@link dev.lockstep.lpu.isa.Flow#PLANE}. Labels are local to a {@link dev.lockstep.lpu.program.Block}.
 *
 * <h2>What each instruction does and when</h2>
 * In the following, t is the cycle of dispatch and the latencies are those of {@code lpu-v1}.
 * <ul>
 *   <li><b>Memory</b> ({@link dev.lockstep.lpu.isa.MemoryInstruction}, one queue a slice, at the slice's position). <i>Read</i> drives its stream at t + 1. <i>Write</i>
 *       takes at t, and reads from t + 1 on see the word. <i>Gather</i> takes a map at t and drives at t + 1; <i>Scatter</i> takes map and data at t. Per cycle a slice can do one
 *       reading and one writing, in different banks (words below and from 4096).
 *   <li><b>Vector</b> ({@link dev.lockstep.lpu.isa.VectorInstruction}, one queue an ALU). Stream operands are taken at t at the input position of their direction. The
 *       result is complete at t + 3: the ALU shows it until its next result is complete, and at t + 3 it is driven at the output position of the stream's direction, if one is named. An
 *       ALU that reads another one (or itself) in cycle t gets the latest result complete by t.
 *   <li><b>Matrix</b> ({@link dev.lockstep.lpu.isa.MatrixInstruction}, three queues a plane: weights, activations, accumulators). <i>LoadWeights</i> takes 16 rows at t into one of the 20 row
 *       groups of the plane's weight buffer. <i>InstallWeights</i> at t makes the groups that were loaded before t the active weights of all multiplications from t + 3 on, and empties the
 *       buffer. <i>Activate</i> takes a vector at t; the products of all rows arrive at the accumulators at t + 13, where an <i>Accumulate</i> of exactly that cycle has to receive them; its result is driven
 *       inward at 34 cycles after that. FP16 gangs both planes of a hemisphere: instructions stand in the queues of plane 0 and an activation occupies the planes for two cycles.
 *   <li><b>Switch</b> ({@link dev.lockstep.lpu.isa.SwitchInstruction}): takes at t at the switch's position and drives there after the latency of the operation, in either direction.
 *   <li><b>Link</b> ({@link dev.lockstep.lpu.isa.LinkInstruction}, one queue a port, at the switch of its hemisphere). <i>Send</i> takes at t and occupies the link for 27 cycles. The vector can be received in the cycles
 *       from t + (hop - endpoints) on; <i>Receive</i> at r takes the oldest vector that has arrived and drives at r + 1. At most two may wait.
 *   <li><b>Control</b> ({@link dev.lockstep.lpu.isa.ControlInstruction}): dispatch itself.
 * </ul>
 *
 * <h2>Arithmetic</h2>
 * is that of {@code dev.lockstep.lpu.numerics}: IEEE binary32 and binary16, round to nearest even. A product in the matrix unit is the exact sum of the products over all lanes, rounded once.
 */
@NullMarked
package dev.lockstep.lpu.isa;

import org.jspecify.annotations.NullMarked;
