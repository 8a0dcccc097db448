/**
 * Programs as text, one instruction a line, and back.
 *
 * <pre>
 * machine lpu-v1
 * topology node
 * map 1 0 3 2 5 4 7 6 9 8 11 10 13 12 15 14
 * block attention bases 4
 *   queue mem.w.12
 *     120: read b0+17 -> w0#40 repeat 20 every 1 word 1 label 16
 * chip
 *   place 0 at 0 bases 1 9 400 400
 * buffer logits output chip 0 fp32 e 4 word 0 vectors 8
 * text mem.w.12 chip 0 in e 40 word 8000 fetches 3
 * </pre>
 *
 * Maps, blocks and chips are numbered in the order in which they come. Cycles count from the start of the block. A stream is its direction and its
 * number ({@code e12}, {@code w0}), an address a word or a base and a word ({@code b0+17}); labels follow a {@code #} and may be left out. An ALU operand is a stream,
 * {@code alu3#7} ({@code held alu3#7} if repetitions read the same result), or the bits of a constant in hexadecimal ({@code 0x3f800000}). {@code repeat} may stand twice, the inner one first.
 * {@code chip * 8} stands for eight chips that do the same. A {@code ;} begins a comment.
 */
@NullMarked
package dev.lockstep.lpu.assembly;

import org.jspecify.annotations.NullMarked;
