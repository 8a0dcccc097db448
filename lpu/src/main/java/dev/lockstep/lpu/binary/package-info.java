/**
 * Programs as bytes, and back. All numbers are variable-length integers of 7 bits a byte, the lowest first, with the top bit set on all bytes but the last; signed ones
 * are zigzag-coded. A file is
 *
 * <pre>
 * "LPUP" version machine topology
 * labels: count (0 if they have been stripped), for every label of every instruction, in order, the difference to the one before (signed)
 * maps:   count, for each: lanes, sources (signed)
 * blocks: count, for each: name, bases, queues: count, for each: queue, entries: count, for each:
 *             cycles since the end of the entry before (the NOPs), instruction, repetitions
 * chips:  count, for each: 0 and placements, or 1 + the index of an earlier chip that does the same
 * buffers: count, for each: name, use, chip, type, hemisphere, slice, word, vectors
 * text:   count, for each: chip, queue, hemisphere, slice, word, fetches
 * </pre>
 *
 * In the memory of a chip, {@link dev.lockstep.lpu.binary.QueueText} has the text of a queue. The encoding of instructions is our own: the maker's is not published.
 */
@NullMarked
package dev.lockstep.lpu.binary;

import org.jspecify.annotations.NullMarked;
