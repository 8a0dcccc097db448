package dev.lockstep.compiler.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where a pipeline is cut. Stages with as many half layers each share programs and are equally long, so they are taken where they fit; where the fullest
 * would not, because half layers differ or the last stage holds the output matrix too, stages are filled to the lowest mark that suffices.
 */
final class StageCuts {
    private final List<Piece> pieces;
    private final List<MemoryNeed> needs;

    /** @param needs what each piece needs on a chip */
    StageCuts(List<Piece> pieces, List<MemoryNeed> needs) {
        this.pieces = pieces;
        this.needs = needs;
    }

    /** Cuts of a pipeline of so many stages whose fullest chip needs as little as possible; nothing if one piece needs more than a chip has. */
    Optional<List<Integer>> balanced(int stages) {
        long low = needs.stream().mapToLong(MemoryNeed::total).max().orElseThrow();
        long high = needs.getFirst().capacity();
        if (low > high || filled(stages, high).isEmpty()) {
            return Optional.empty();
        }
        while (low < high) {
            long mark = (low + high) / 2;
            if (filled(stages, mark).isEmpty()) {
                low = mark + 1;
            } else {
                high = mark;
            }
        }
        return filled(stages, low);
    }

    /** Fills stage after stage up to a mark, but leaves a piece for each stage that follows; pieces of one half layer go to different stages. */
    private Optional<List<Integer>> filled(int stages, long mark) {
        List<Integer> cuts = new ArrayList<>();
        int next = 0;
        for (int stage = 0; stage < stages; stage++) {
            cuts.add(next);
            long used = 0;
            int first = next;
            int last = needs.size() - (stages - 1 - stage);
            while (next < last
                    && used + needs.get(next).total() <= mark
                    && (next == first || !pieces.get(next).continues())) {
                used += needs.get(next++).total();
            }
        }
        cuts.add(needs.size());
        return next == needs.size() ? Optional.of(cuts) : Optional.empty();
    }
}
