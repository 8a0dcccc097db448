package dev.lockstep.compiler.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StageCutsTest {
    @Test
    void shouldFillStagesToTheLowestMarkThatSuffices() {
        assertThat(cuts(100, 3, 3, 3, 3, 3, 3).balanced(3)).contains(List.of(0, 2, 4, 6));
        assertThat(cuts(100, 1, 1, 1, 1, 4).balanced(2)).contains(List.of(0, 4, 5));
        assertThat(cuts(100, 5, 1, 1, 1, 4).balanced(2)).contains(List.of(0, 2, 5));
    }

    @Test
    void shouldGiveEveryStageSomething() {
        assertThat(cuts(100, 1, 1, 1, 1).balanced(4)).contains(List.of(0, 1, 2, 3, 4));
    }

    @Test
    void shouldFindNothingWhereNothingFits() {
        assertThat(cuts(10, 3, 11, 3).balanced(3)).isEmpty();
        assertThat(cuts(10, 6, 6, 6).balanced(2)).isEmpty();
    }

    @Test
    void shouldGivePiecesOfAHalfLayerToDifferentStages() {
        List<Piece> pieces = List.of(Piece.whole(0), new Piece(1, 0, 2), new Piece(1, 1, 2), Piece.whole(2));
        StageCuts cuts = new StageCuts(pieces, needs(100, 1, 1, 1, 1));

        assertThat(cuts.balanced(1)).isEmpty();
        assertThat(cuts.balanced(2)).contains(List.of(0, 2, 4));
    }

    private static StageCuts cuts(long capacity, long... needs) {
        return new StageCuts(
                IntStream.range(0, needs.length).mapToObj(Piece::whole).toList(), needs(capacity, needs));
    }

    private static List<MemoryNeed> needs(long capacity, long... needs) {
        return LongStream.of(needs)
                .mapToObj(need -> new MemoryNeed(need, 0, 0, capacity))
                .toList();
    }
}
