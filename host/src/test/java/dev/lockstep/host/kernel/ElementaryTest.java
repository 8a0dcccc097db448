package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.reference.Numerics;
import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The elementary functions have the bits of {@link Numerics}. */
class ElementaryTest {
    private static final int BATCH = 1 << 16;
    private static final Type VECTOR = Type.FLOAT.times(16);

    private interface Emitter {
        Ir emit(IrFunction f, Ir x);
    }

    private interface Expected {
        float of(float x);
    }

    /** A function over a batch of floats. */
    private static TestKernel map(Target target, Emitter emitter) {
        return new TestKernel(
                target,
                2,
                f -> f.loop(Ir.i64(0), Ir.i64(4L * BATCH), VECTOR.bytes(), i -> {
                    Ir x = f.load(VECTOR, f.offset(f.parameter(0), i));
                    f.store(emitter.emit(f, x), f.offset(f.parameter(1), i));
                }));
    }

    private static void assertSame(Target target, int batches, Emitter emitter, Expected expected) {
        try (TestKernel kernel = map(target, emitter);
                Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4L * BATCH, 64);
            MemorySegment y = arena.allocate(4L * BATCH, 64);
            Random random = new Random(batches);
            for (int batch = 0; batch < batches; batch++) {
                for (int i = 0; i < BATCH; i++) {
                    x.setAtIndex(ValueLayout.JAVA_FLOAT, i, argument(random, i));
                }
                kernel.call(x, y);
                for (int i = 0; i < BATCH; i++) {
                    float argument = x.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    int bits = y.getAtIndex(ValueLayout.JAVA_INT, i);
                    if (bits != Float.floatToRawIntBits(expected.of(argument))) {
                        assertThat(Float.intBitsToFloat(bits))
                                .as("f(" + argument + ")")
                                .isEqualTo(expected.of(argument));
                    }
                }
            }
        }
    }

    /** Every tenth any float but NaN, the others where exp neither under- nor overflows, or near 0. */
    private static float argument(Random random, int i) {
        if (i % 10 == 0) {
            float any = Float.intBitsToFloat(random.nextInt());
            return Float.isNaN(any) ? -0f : any;
        }
        return i % 2 == 0 ? random.nextFloat(-90, 90) : (float) random.nextGaussian();
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void expShouldBeThatOfTheReference(Target target) {
        TestTargets.assumeRunnable(target);
        assertSame(target, target.has(CpuFeature.AVX512_VNNI) ? 40 : 10, Elementary::exp, Numerics::exp);
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void geluShouldBeThatOfTheReference(Target target) {
        TestTargets.assumeRunnable(target);
        assertSame(target, 3, (f, x) -> Elementary.activation(f, Activation.GELU, x), Numerics::gelu);
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void tanhShouldBeThatOfTheReference(Target target) {
        TestTargets.assumeRunnable(target);
        assertSame(target, 3, Elementary::tanh, Numerics::tanh);
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void siluShouldBeThatOfTheReference(Target target) {
        TestTargets.assumeRunnable(target);
        assertSame(target, 5, (f, x) -> Elementary.activation(f, Activation.SILU, x), Numerics::silu);
    }

    @Test
    void expShouldClampItsArgument() {
        float[] edges = {
            -87f,
            Math.nextDown(-87f),
            Math.nextUp(-87f),
            88f,
            Math.nextUp(88f),
            Math.nextDown(88f),
            0f,
            -0f,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.MIN_VALUE,
            -Float.MAX_VALUE,
            0.5f,
            -0.5f,
            1f,
            -1f
        };
        try (TestKernel kernel = map(Target.host(), Elementary::exp);
                Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(4L * BATCH, 64);
            MemorySegment y = arena.allocate(4L * BATCH, 64);
            MemorySegment.copy(edges, 0, x, ValueLayout.JAVA_FLOAT, 0, edges.length);
            kernel.call(x, y);
            for (int i = 0; i < edges.length; i++) {
                assertThat(y.getAtIndex(ValueLayout.JAVA_FLOAT, i))
                        .as("exp(" + edges[i] + ")")
                        .isEqualTo(Numerics.exp(edges[i]));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void lanesShouldBeAddedAsATree(Target target) {
        TestTargets.assumeRunnable(target);
        float[] values = new float[16];
        Random random = new Random(1);
        try (TestKernel kernel = new TestKernel(
                        target,
                        2,
                        f -> f.store(Elementary.sumOfLanes(f, f.load(VECTOR, f.parameter(0))), f.parameter(1)));
                Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(64, 64);
            MemorySegment y = arena.allocate(4, 64);
            for (int round = 0; round < 1000; round++) {
                for (int i = 0; i < 16; i++) {
                    values[i] = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(40) - 20));
                }
                MemorySegment.copy(values, 0, x, ValueLayout.JAVA_FLOAT, 0, 16);
                kernel.call(x, y);
                assertThat(y.get(ValueLayout.JAVA_FLOAT, 0)).isEqualTo(tree(values, Float::sum));
            }
        }
    }

    private static float tree(float[] values, BinaryOperator<Float> operation) {
        float[] lanes = values.clone();
        for (int half = 8; half >= 1; half /= 2) {
            for (int j = 0; j < half; j++) {
                lanes[j] = operation.apply(lanes[j], lanes[j + half]);
            }
        }
        return lanes[0];
    }
}
