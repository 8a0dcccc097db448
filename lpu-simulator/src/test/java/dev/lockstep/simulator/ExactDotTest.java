package dev.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lpu.numerics.ExactSum;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The fast way against the scalar definition, at all magnitudes, with cancellation and special values. */
class ExactDotTest {
    private static final int ROWS = 16;

    @Test
    void shouldGiveTheBitsOfTheExactSum() {
        long seed = 5150;
        Random random = new Random(seed);
        for (int lanes : new int[] {1, 15, 320}) {
            for (int round = 0; round < 150; round++) {
                int spread = 1 + random.nextInt(30);
                int centre = random.nextInt(31);
                int[] activation = new int[lanes];
                byte[] low = new byte[ROWS * lanes];
                byte[] high = new byte[ROWS * lanes];
                for (int lane = 0; lane < lanes; lane++) {
                    activation[lane] = half(random, centre, spread, round);
                }
                for (int at = 0; at < low.length; at++) {
                    int weight = half(random, 30 - centre, spread, round);
                    low[at] = (byte) weight;
                    high[at] = (byte) (weight >> 8);
                    if (lanes > 1 && at % lanes > lanes / 2 && random.nextInt(3) == 0) {
                        // Cancels what the lane's mirror image has added.
                        activation[lanes - 1 - at % lanes] = activation[at % lanes] ^ 0x8000;
                        low[at] = low[at - at % lanes + lanes - 1 - at % lanes];
                        high[at] = high[at - at % lanes + lanes - 1 - at % lanes];
                    }
                }
                if (round % 4 == 1) {
                    java.util.Arrays.fill(activation, lanes / 3, lanes, 0);
                }
                compare(seed, round, lanes, activation, low, high);
            }
        }
    }

    /** Rows that were never loaded are zeros: their sums are +0, or NaN where a zero meets an infinity. */
    @Test
    void shouldKnowTheSumsOfEmptyRows() {
        ExactDot dot = new ExactDot(2);
        int[] sums = {7, 7, 7};
        dot.activate(new int[] {0x3c00, 0});
        dot.halves(new byte[6], new byte[] {0x3c, 0, 0, 0, 0, 0}, 1, true, sums);
        assertThat(sums).containsExactly(Float.floatToRawIntBits(1), 0, 0);

        dot.activate(new int[] {0x3c00, 0x7c00});
        dot.halves(new byte[6], new byte[6], 1, true, sums);
        assertThat(sums).containsOnly(ExactSum.NAN);
        dot.bytes(new byte[6], 1, sums);
        assertThat(sums).containsOnly(ExactSum.NAN);
    }

    private static void compare(long seed, int round, int lanes, int[] activation, byte[] low, byte[] high) {
        ExactDot dot = new ExactDot(lanes);
        int[] halves = new int[ROWS];
        int[] bytes = new int[ROWS];
        dot.activate(activation);
        boolean finite = true;
        for (byte part : high) {
            finite &= (part & 0x7c) != 0x7c;
        }
        dot.halves(low, high, ROWS, finite, halves);
        dot.bytes(low, ROWS, bytes);
        for (int row = 0; row < ROWS; row++) {
            ExactSum ofHalves = new ExactSum();
            ExactSum ofBytes = new ExactSum();
            for (int lane = 0; lane < lanes; lane++) {
                int at = row * lanes + lane;
                ofHalves.addProduct((short) (low[at] & 0xff | high[at] << 8), (short) activation[lane]);
                ofBytes.addProduct(low[at], (short) activation[lane]);
            }
            String where = "seed " + seed + " lanes " + lanes + " round " + round + " row " + row;
            assertThat(halves[row]).as(where).isEqualTo(Float.floatToRawIntBits(ofHalves.round()));
            assertThat(bytes[row]).as(where).isEqualTo(Float.floatToRawIntBits(ofBytes.round()));
        }
    }

    private static int half(Random random, int centre, int spread, int round) {
        if (round % 50 == 49 && random.nextInt(200) == 0) {
            return 0x7c00 | random.nextInt(2) << random.nextInt(16);
        }
        int exponent = Math.clamp(centre - spread / 2 + random.nextInt(spread), 0, 30);
        return random.nextInt(2) << 15 | exponent << 10 | random.nextInt(1024);
    }
}
