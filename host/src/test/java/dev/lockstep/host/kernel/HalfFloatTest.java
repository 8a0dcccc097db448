package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.Type;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Conversions between half and float have the JDK's bits, with and without instructions for them. */
class HalfFloatTest {
    private static final int COUNT = 1 << 16;

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldWidenEveryHalf(Target target) {
        TestTargets.assumeRunnable(target);
        HalfFloat half = HalfFloat.of(target);
        try (Arena arena = Arena.ofConfined();
                TestKernel kernel = new TestKernel(
                        target,
                        2,
                        f -> f.loop(Ir.i64(0), Ir.i64(COUNT), 16, i -> {
                            Ir bits = f.load(Type.I16.times(16), f.offset(f.parameter(0), f.shl(i, 1)));
                            f.store(half.toFloat(f, bits), f.offset(f.parameter(1), f.shl(i, 2)));
                        }))) {
            MemorySegment halves = arena.allocate(2L * COUNT, 64);
            MemorySegment floats = arena.allocate(4L * COUNT, 64);
            for (int i = 0; i < COUNT; i++) {
                halves.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
            }
            kernel.call(halves, floats);
            for (int i = 0; i < COUNT; i++) {
                assertThat(Float.valueOf(floats.getAtIndex(ValueLayout.JAVA_FLOAT, i))) // boxed, NaN equals NaN
                        .as("%04x", i)
                        .isEqualTo(Float.valueOf(Float.float16ToFloat((short) i)));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldRoundFloatsToEven(Target target) {
        TestTargets.assumeRunnable(target);
        HalfFloat half = HalfFloat.of(target);
        try (Arena arena = Arena.ofConfined();
                TestKernel vectors = new TestKernel(
                        target,
                        2,
                        f -> f.loop(Ir.i64(0), Ir.i64(COUNT), 16, i -> {
                            Ir x = f.load(Type.FLOAT.times(16), f.offset(f.parameter(0), f.shl(i, 2)));
                            f.store(half.fromFloat(f, x), f.offset(f.parameter(1), f.shl(i, 1)));
                        }));
                TestKernel scalars = new TestKernel(
                        target,
                        2,
                        f -> f.loop(Ir.i64(0), Ir.i64(COUNT), 1, i -> {
                            Ir x = f.load(Type.FLOAT, f.offset(f.parameter(0), f.shl(i, 2)));
                            f.store(half.fromFloat(f, x), f.offset(f.parameter(1), f.shl(i, 1)));
                        }))) {
            MemorySegment floats = arena.allocate(4L * COUNT, 64);
            MemorySegment halves = arena.allocate(2L * COUNT, 64);
            Random random = new Random(1);
            for (Source source : Source.values()) {
                for (int i = 0; i < COUNT; i++) {
                    floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, source.at(i, random));
                }
                for (TestKernel kernel : new TestKernel[] {vectors, scalars}) {
                    kernel.call(floats, halves);
                    assertRounded(floats, halves);
                }
            }
        }
    }

    private static void assertRounded(MemorySegment floats, MemorySegment halves) {
        for (int i = 0; i < COUNT; i++) {
            float x = floats.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            short actual = halves.getAtIndex(ValueLayout.JAVA_SHORT, i);
            if (Float.isNaN(x)) {
                assertThat(Float.float16ToFloat(actual)).as("%s", x).isNaN();
            } else if (actual != Float.floatToFloat16(x)) {
                assertThat(actual).as("%s %08x", x, Float.floatToRawIntBits(x)).isEqualTo(Float.floatToFloat16(x));
            }
        }
    }

    /** Where the floats come from: halves, what lies around the middle between neighbours, and anything. */
    private enum Source {
        EXACT,
        MIDDLE,
        ABOVE_MIDDLE,
        BELOW_MIDDLE,
        ANY;

        float at(int i, Random random) {
            float half = Float.float16ToFloat((short) i);
            float next = Float.float16ToFloat((short) (i + 1));
            float middle = Float.isInfinite(next) ? Math.copySign(65520f, half) : half / 2 + next / 2;
            return switch (this) {
                case EXACT -> half;
                case MIDDLE -> middle;
                case ABOVE_MIDDLE -> Math.nextUp(middle);
                case BELOW_MIDDLE -> Math.nextDown(middle);
                case ANY -> Float.intBitsToFloat(random.nextInt());
            };
        }
    }
}
