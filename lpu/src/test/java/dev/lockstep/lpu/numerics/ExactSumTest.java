package dev.lockstep.lpu.numerics;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExactSumTest {
    private static final short ONE = Float.floatToFloat16(1);

    @Test
    void shouldRoundSumsOfProductsLikeDecimalArithmetic() {
        long seed = 4711;
        Random random = new Random(seed);
        for (int round = 0; round < 1000; round++) {
            ExactSum sum = new ExactSum();
            BigDecimal expected = BigDecimal.ZERO;
            int spread = 1 + random.nextInt(31);
            for (int terms = 1 + random.nextInt(320); terms > 0; terms--) {
                short x = finite(random, spread);
                if (random.nextBoolean()) {
                    short y = finite(random, spread);
                    sum.addProduct(x, y);
                    expected = expected.add(exact(x).multiply(exact(y)));
                } else {
                    byte y = (byte) random.nextInt();
                    sum.addProduct(y, x);
                    expected = expected.add(exact(x).multiply(BigDecimal.valueOf(y)));
                }
            }
            assertThat(Float.floatToRawIntBits(sum.round()))
                    .as("seed %d round %d: %s", seed, round, expected)
                    .isEqualTo(Float.floatToRawIntBits(expected.floatValue()));
        }
    }

    /** Sums that lie at or next to the middle of two binary32 numbers: 1 + 2^-24 + a little. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1.0",
        "1, 0, 1.0000001",
        "-1, 0, 1.0",
        "0, 1, 1.0000002",
        "1, 1, 1.0000002",
        "-1, 1, 1.0000001",
    })
    void shouldRoundHalvesToEven(int tiny, int odd, float expected) {
        ExactSum sum = new ExactSum();
        short tenth = Float.floatToFloat16(0x1p-12f);
        sum.addProduct(ONE, ONE);
        sum.addProduct(tenth, tenth);
        if (odd == 1) {
            sum.addProduct(tenth, Float.floatToFloat16(0x1p-11f));
        }
        // The smallest product of all, 2^-48.
        sum.addProduct((short) 1, (short) (tiny < 0 ? 0x8001 : tiny));

        assertThat(sum.round()).isEqualTo(expected);
    }

    @Test
    void shouldCancelExactlyAndGivePositiveZero() {
        ExactSum sum = new ExactSum();
        short largest = 0x7bff;
        sum.addProduct(largest, largest);
        sum.addProduct((short) 1, (short) 0x8001);
        sum.addProduct((short) (largest | 0x8000), largest);
        assertThat(sum.round()).isEqualTo(-0x1p-48f);

        sum.addProduct((short) 1, (short) 1);
        sum.addProduct((short) 0x8000, ONE);
        assertThat(Float.floatToRawIntBits(sum.round())).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0x7c00, 0x3c00, 0x7f800000",
        "0xfc00, 0x3c00, 0xff800000",
        "0x7c00, 0xbc00, 0xff800000",
        "0x7c00, 0x0000, 0x7fc00000",
        "0x7c01, 0x3c00, 0x7fc00000",
        "0xfe00, 0x7c00, 0x7fc00000",
    })
    void shouldPropagateSpecialValues(String x, String y, String bits) {
        ExactSum sum = new ExactSum();
        sum.addProduct(ONE, ONE);
        sum.addProduct(Integer.decode(x).shortValue(), Integer.decode(y).shortValue());

        assertThat(Float.floatToRawIntBits(sum.round()))
                .isEqualTo(Long.decode(bits).intValue());
    }

    @Test
    void shouldFindNoSumOfBothInfinities() {
        ExactSum sum = new ExactSum();
        sum.addProduct((byte) 1, (short) 0x7c00);
        assertThat(sum.round()).isEqualTo(Float.POSITIVE_INFINITY);
        sum.addProduct((byte) -1, (short) 0x7c00);
        assertThat(sum.round()).isNaN();
    }

    private static short finite(Random random, int spread) {
        int exponent = Math.clamp(15 - spread / 2 + random.nextInt(spread), 0, 30);
        return (short) (random.nextInt() & 0x8000 | exponent << 10 | random.nextInt(1024));
    }

    private static BigDecimal exact(short half) {
        return new BigDecimal(Float.float16ToFloat(half));
    }
}
