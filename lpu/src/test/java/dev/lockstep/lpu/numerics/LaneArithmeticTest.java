package dev.lockstep.lpu.numerics;

import static dev.lockstep.lpu.isa.Element.FP16;
import static dev.lockstep.lpu.isa.Element.FP32;
import static dev.lockstep.lpu.isa.Element.INT32;
import static dev.lockstep.lpu.isa.Element.INT8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaneArithmeticTest {
    @ParameterizedTest
    @CsvSource({
        "ADD, FP32, 0x3f800000, 0x33800000, 0x3f800000",
        "ADD, FP32, 0x3f800001, 0x33800000, 0x3f800002",
        "ADD, FP32, 0x7f800000, 0xff800000, 0x7fc00000",
        "ADD, FP32, 0x80000000, 0x00000000, 0x00000000",
        "SUB, FP32, 0x00000001, 0x00000002, 0x80000001",
        "MUL, FP32, 0x00000000, 0x7f800000, 0x7fc00000",
        "MAX, FP32, 0x80000000, 0x00000000, 0x00000000",
        "MAX, FP32, 0xffc00001, 0x3f800000, 0x7fc00000",
        "ADD, FP16, 0x3c00, 0x1000, 0x3c00",
        "ADD, FP16, 0x7bff, 0x7bff, 0x7c00",
        "MUL, FP16, 0x0001, 0x3800, 0x0000",
        "ADD, INT8, 0x7f, 0x01, 0x80",
        "MUL, INT8, 0xff, 0xff, 0x01",
        "MAX, INT8, 0xff, 0x01, 0x01",
        "SUB, INT32, 0x80000000, 0x1, 0x7fffffff",
        "AND, FP32, 0xff00ff00, 0x0ff00ff0, 0x0f000f00",
        "OR, FP16, 0x1234, 0x4321, 0x5335",
        "XOR, INT8, 0xf0, 0xff, 0x0f",
        "MASK, FP32, 0x3f800000, 0x00000001, 0x3f800000",
        "MASK, FP32, 0x3f800000, 0x00000000, 0x00000000",
        "MASK, INT8, 0x55, 0x100, 0x00",
    })
    void shouldCombine(BinaryOperation operation, Element type, String x, String y, String z) {
        assertThat(LaneArithmetic.binary(operation, type, bits(x), bits(y))).isEqualTo(bits(z));
    }

    @ParameterizedTest
    @CsvSource({
        "COPY, INT8, 0x1ff, 0xff",
        "NEGATE, FP32, 0x00000000, 0x80000000",
        "NEGATE, INT8, 0x80, 0x80",
        "NEGATE, FP16, 0x3c00, 0xbc00",
        "RELU, FP32, 0x80000000, 0x00000000",
        "RELU, FP32, 0xbf800000, 0x00000000",
        "RELU, FP32, 0x7fc00001, 0x7fc00000",
        "RELU, INT8, 0x80, 0x00",
        "EXP2, FP32, 0x40000000, 0x40800000",
        "RSQRT, FP32, 0x40800000, 0x3f000000",
        "TANH, FP16, 0x7c00, 0x3c00",
    })
    void shouldApply(UnaryOperation operation, Element type, String x, String z) {
        assertThat(LaneArithmetic.unary(operation, type, bits(x))).isEqualTo(bits(z));
    }

    @ParameterizedTest
    @CsvSource({
        "FP32, INT8, 0x40200000, 0x02",
        "FP32, INT8, 0x40600000, 0x04",
        "FP32, INT8, 0xc3010000, 0x80",
        "FP32, INT8, 0x7f800000, 0x7f",
        "FP32, INT8, 0x7fc00000, 0x00",
        "FP32, INT32, 0x4f000000, 0x7fffffff",
        "FP32, INT32, 0xcf800000, 0x80000000",
        "FP32, FP16, 0x3f801000, 0x3c00",
        "FP32, FP16, 0x3f803000, 0x3c02",
        "FP32, FP16, 0x477ff000, 0x7c00",
        "FP32, FP16, 0x7f800001, 0x7e00",
        "FP16, FP32, 0x0001, 0x33800000",
        "FP16, INT8, 0xbe00, 0xfe",
        "INT8, FP16, 0x80, 0xd800",
        "INT8, FP32, 0xff, 0xbf800000",
        "INT32, FP32, 0x01000001, 0x4b800000",
        "INT32, FP32, 0x01000003, 0x4b800002",
        "INT32, FP16, 0x0000ffef, 0x7bff",
        "INT32, FP16, 0x0000fff0, 0x7c00",
        "INT32, INT8, 0xffffff00, 0x80",
        "INT8, INT32, 0x80, 0xffffff80",
    })
    void shouldConvert(Element from, Element to, String x, String z) {
        assertThat(LaneArithmetic.convert(from, to, bits(x))).isEqualTo(bits(z));
    }

    @Test
    void shouldRoundHalvesOnce() {
        long seed = 99;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            short x = (short) (random.nextInt(0x7c00) | random.nextInt() & 0x8000);
            short y = (short) (random.nextInt(0x7c00) | random.nextInt() & 0x8000);
            BigDecimal a = new BigDecimal(Float.float16ToFloat(x));
            BigDecimal b = new BigDecimal(Float.float16ToFloat(y));
            for (BinaryOperation operation : new BinaryOperation[] {BinaryOperation.ADD, BinaryOperation.MUL}) {
                BigDecimal exact = operation == BinaryOperation.ADD ? a.add(b) : a.multiply(b);
                int z = LaneArithmetic.binary(operation, FP16, x & 0xffff, y & 0xffff);
                assertThat(z).as("seed %d: %s %s %s", seed, a, operation, b).isIn(nearestHalves(exact));
            }
        }
        assertThat(LaneArithmetic.convert(FP32, FP32, 0x7f80_0001)).isEqualTo(0x7fc0_0000);
        assertThat(LaneArithmetic.convert(INT32, INT32, -5)).isEqualTo(-5);
        assertThat(LaneArithmetic.convert(INT8, INT8, 5)).isEqualTo(5);
    }

    /** The binary16 numbers that are nearest: one, or both zeros. Found by trying neighbours, and ties by their last bit. */
    private static List<Integer> nearestHalves(BigDecimal exact) {
        if (exact.signum() == 0) {
            return List.of(0, 0x8000);
        }
        int sign = exact.signum() < 0 ? 0x8000 : 0;
        BigDecimal magnitude = exact.abs();
        int low = 0;
        int high = 0x7c00;
        while (high - low > 1) {
            int middle = low + high >>> 1;
            if (half(middle).compareTo(magnitude) <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        int side = magnitude.subtract(half(low)).compareTo(half(high).subtract(magnitude));
        int nearest = side < 0 || (side == 0 && (low & 1) == 0) ? low : high;
        return List.of(sign | nearest);
    }

    private static BigDecimal half(int bits) {
        return bits == 0x7c00 ? new BigDecimal(65536) : new BigDecimal(Float.float16ToFloat((short) bits));
    }

    private static int bits(String hexadecimal) {
        return Long.decode(hexadecimal).intValue();
    }
}
