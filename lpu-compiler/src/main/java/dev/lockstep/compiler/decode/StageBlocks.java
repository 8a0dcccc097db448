package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.program.Block;
import java.util.List;

/**
 * A scheduled stage.
 *
 * @param chips the program of each chip of a node; the stage's nodes have the same ones
 * @param completed the cycle of the last effect, in the last tile
 * @param forwarded how the residual was sent to the next stage, with keys of this stage's time; nothing for the last stage
 * @param marks where each half layer begins and ends
 * @param words that are used in the fullest streaming slice
 */
record StageBlocks(List<Block> chips, List<Long> completed, List<Sums.Sent> forwarded, List<Mark> marks, int words) {}
