package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StopStringsTest {
    static List<Long> seeds() {
        return new Random(7).longs(200).boxed().toList();
    }

    @Test
    void shouldFindAStopStringAcrossEveryPairOfCuts() {
        String text = "one two<|end|>three";
        for (int first = 0; first <= text.length(); first++) {
            for (int second = first; second <= text.length(); second++) {
                var stops = new StopStrings(List.of("<|end|>", "never"));
                String out = stops.append(text.substring(0, first))
                        + stops.append(text.substring(first, second))
                        + stops.append(text.substring(second))
                        + stops.flush();
                assertThat(out).as("cut at %d and %d", first, second).isEqualTo("one two");
                assertThat(stops.stopped()).isTrue();
            }
        }
    }

    @Test
    void shouldHoldBackOnlyWhatMayBecomeAStopString() {
        var stops = new StopStrings(List.of("aab"));
        assertThat(stops.append("xa")).isEqualTo("x");
        assertThat(stops.append("a")).isEmpty();
        assertThat(stops.append("a")).isEqualTo("a");
        assertThat(stops.append("c")).isEqualTo("aac");
        assertThat(stops.append("a")).isEmpty();
        assertThat(stops.flush()).isEqualTo("a");
        assertThat(stops.stopped()).isFalse();
    }

    @Test
    void shouldPassEverythingWithoutStopStrings() {
        var stops = new StopStrings(List.of());
        assertThat(stops.append("text")).isEqualTo("text");
        assertThat(stops.flush()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void shouldGiveTheTextBeforeTheFirstStopStringHoweverItIsCut(long seed) {
        var random = new Random(seed);
        String text = letters(random, 40);
        List<String> stopStrings = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            stopStrings.add(letters(random, 1 + random.nextInt(5)));
        }
        var stops = new StopStrings(stopStrings);
        var out = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int next = Math.min(text.length(), at + random.nextInt(5));
            out.append(stops.append(text.substring(at, next)));
            at = next;
        }
        out.append(stops.flush());

        int first = stopStrings.stream()
                .mapToInt(text::indexOf)
                .filter(at -> at >= 0)
                .min()
                .orElse(text.length());
        assertThat(stops.stopped()).isEqualTo(first < text.length());
        assertThat(out).hasToString(text.substring(0, first));
    }

    private static String letters(Random random, int length) {
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append("abc".charAt(random.nextInt(3)));
        }
        return text.toString();
    }
}
