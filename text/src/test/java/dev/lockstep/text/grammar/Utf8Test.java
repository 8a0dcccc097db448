package dev.lockstep.text.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    /** Every character, for random sets. */
    @Test
    void shouldHaveTheBytesOfItsCharactersAndNoOthers() {
        for (int seed = 1; seed <= 10; seed++) {
            var random = new Random(seed);
            CodePoints set = CodePoints.NONE;
            for (int i = 0; i < 5; i++) {
                int first = random.nextInt(1 << (7 + random.nextInt(14)));
                set = set.or(CodePoints.of(
                        first, Math.min(CodePoints.LAST, first + random.nextInt(1 << random.nextInt(18)))));
            }
            for (int c = 0; c <= CodePoints.LAST; c += c < 0x3000 ? 1 : 13) {
                if (c < 0xD800 || c > 0xDFFF) {
                    assertThat(holds(set, c))
                            .as("seed %d, character %x", seed, c)
                            .isEqualTo(set.contains(c));
                    assertThat(set.not().contains(c)).isNotEqualTo(set.contains(c));
                }
            }
        }
    }

    private static boolean holds(CodePoints set, int c) {
        byte[] bytes = Character.toString(c).getBytes(StandardCharsets.UTF_8);
        return Utf8.sequences(set).stream().anyMatch(sequence -> {
            if (sequence.first().length != bytes.length) {
                return false;
            }
            for (int i = 0; i < bytes.length; i++) {
                int value = bytes[i] & 0xFF;
                if (value < sequence.first()[i] || value > sequence.last()[i]) {
                    return false;
                }
            }
            return true;
        });
    }
}
