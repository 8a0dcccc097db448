package dev.lockstep.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairMergerTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void shouldJoinInTheOrderOfTheDefinition(long seed) {
        var random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            var priorities = new int[40];
            Arrays.setAll(priorities, i -> random.nextInt(3) == 0 ? PairMerger.NEVER : random.nextInt(-4, 4));
            var symbols = new int[random.nextInt(30)];
            Arrays.setAll(symbols, i -> random.nextInt(5));
            var rule = new Sums(symbols, priorities);
            var next = new int[symbols.length];
            Arrays.setAll(next, i -> i + 1);
            var expected = joinedByDefinition(symbols, priorities);
            PairMerger.merge(next, rule);
            var joined = new ArrayList<Integer>();
            for (int i = 0; i < next.length; i = next[i]) {
                joined.add(rule.symbols[i]);
            }
            assertThat(joined).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 10, 1 << 20})
    void shouldAskForEachNeighbourshipOnce(int length) {
        var symbols = new int[length];
        Arrays.fill(symbols, 1);
        var priorities = new int[2 * length];
        var rule = new Sums(symbols, priorities);
        var next = new int[length];
        Arrays.setAll(next, i -> i + 1);
        PairMerger.merge(next, rule);
        assertThat(next[0]).isEqualTo(length);
        assertThat(rule.questions).isLessThan(3L * length);
    }

    /** Two symbols become their sum, in the priority that the table has for the sum. */
    private static final class Sums implements PairMerger.Rule {
        private final int[] symbols;
        private final int[] priorities;
        private long questions;

        Sums(int[] symbols, int[] priorities) {
            this.symbols = symbols.clone();
            this.priorities = priorities;
        }

        @Override
        public int priority(int left, int right, int end) {
            questions++;
            return priorities[(symbols[left] + symbols[right]) % priorities.length];
        }

        @Override
        public void join(int left, int right, int priority) {
            symbols[left] = (symbols[left] + symbols[right]) % priorities.length;
        }
    }

    private static List<Integer> joinedByDefinition(int[] symbols, int[] priorities) {
        var joined = new ArrayList<Integer>();
        Arrays.stream(symbols).forEach(joined::add);
        while (true) {
            int best = -1;
            int bestPriority = PairMerger.NEVER;
            for (int i = 0; i + 1 < joined.size(); i++) {
                int priority = priorities[(joined.get(i) + joined.get(i + 1)) % priorities.length];
                if (priority < bestPriority) {
                    best = i;
                    bestPriority = priority;
                }
            }
            if (best < 0) {
                return joined;
            }
            joined.set(best, (joined.get(best) + joined.remove(best + 1)) % priorities.length);
        }
    }
}
