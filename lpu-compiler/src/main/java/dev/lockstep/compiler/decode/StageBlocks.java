package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.program.Block;
import java.util.List;

/**
 * A scheduled stage.
 *
 * @param chips the program of each chip of a node; the stage's nodes have the same ones
 * @param completed the cycle of the last effect, in the last tile
 * @param forwarded how the residual was sent to the next stage, with keys of this stage's time; nothing for the last stage
 * @param partial how a part of a sum that goes over several stages was sent; nothing where none was
 * @param marks where each half layer begins and ends
 * @param words of each streaming slice that hold weights and tables, and
 * @param cached words that each user's cache takes behind them
 * @param layout where everything lies
 */
record StageBlocks(
        List<Block> chips,
        List<Long> completed,
        List<Sums.Sent> forwarded,
        List<Sums.Sent> partial,
        List<Mark> marks,
        int words,
        int cached,
        Layout layout) {
    /** Words of each streaming slice that are used with the caches of so many users. */
    int words(int users) {
        return words + users * cached;
    }

    /** Cycle of the first dispatch on any chip. */
    long first() {
        return chips.stream()
                .flatMap(chip -> chip.queues().values().stream())
                .mapToLong(entries -> entries.getFirst().cycle())
                .min()
                .orElse(0);
    }

    /** Cycle of the last effect on any chip. */
    long last() {
        return completed.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Cycles from the first dispatch on any chip to the last effect. */
    long busy() {
        return last() - first();
    }
}
