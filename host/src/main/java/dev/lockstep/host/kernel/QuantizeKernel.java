package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.QuantPanel.Field;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;
import java.util.stream.IntStream;

/** Rounds a row of floats to one or two planes of a {@link QuantPanel}: {@code void (ptr x, ptr quants, ptr fields)}. */
final class QuantizeKernel {
    private static final int HALF = QuantLayout.BLOCK / 2;
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.BLOCK);
    private static final Type INTS = Type.I32.times(QuantLayout.BLOCK);

    /** Blocks whose largest magnitude is below this are rounded to zero, so that the inverse scale stays finite. */
    private static final float SMALLEST = 0x1p-100f;

    private final IrFunction f;
    private final Simd simd;
    private final QuantPanel panel;

    private QuantizeKernel(IrFunction f, Simd simd, QuantPanel panel) {
        this.f = f;
        this.simd = simd;
        this.panel = panel;
    }

    static String emit(IrModule module, Simd simd, RowKind kind, int width, int panelTokens) {
        return module.function(
                "quantize_" + kind.text() + "_" + width + "_of_" + panelTokens,
                List.of(Type.PTR, Type.PTR, Type.PTR),
                f -> new QuantizeKernel(f, simd, QuantPanel.of(kind, width, panelTokens)).emit());
    }

    private void emit() {
        boolean planes = panel.planes() == 2;
        Ir limit = Ir.constant(Type.FLOAT, planes ? 127f * QuantPanel.HIGH : 127f);
        f.loop(Ir.i64(0), Ir.i64(panel.width() / QuantLayout.BLOCK), 1, block -> {
            Ir x = f.load(FLOATS, f.offset(f.parameter(0), f.mul(block, Ir.i64(FLOATS.bytes()))));
            Ir magnitudes = f.and(f.bitcast(x, INTS), Ir.constant(INTS, 0x7FFFFFFF));
            Ir largest =
                    f.bitcast(f.call("llvm.vector.reduce.umax." + INTS.mangled(), Type.I32, magnitudes), Type.FLOAT);
            Ir zero = f.fcmp("olt", largest, Ir.constant(Type.FLOAT, SMALLEST));
            Ir nothing = Ir.constant(Type.FLOAT, 0f);
            Ir scale = f.select(zero, nothing, f.fdiv(largest, limit));
            Ir inverse = f.select(zero, nothing, f.fdiv(limit, largest));
            Ir integers = Elementary.round(f, f.fmul(x, f.splat(inverse, QuantLayout.BLOCK)));
            Ir quants = f.offset(f.parameter(1), f.mul(block, Ir.i64(panel.blockBytes())));
            Ir fields = f.offset(f.parameter(2), f.mul(block, Ir.i64(panel.fieldsBytes())));
            if (planes) {
                Ir high = high(integers);
                storePlane(high, quants, fields);
                storePlane(
                        f.sub(integers, f.mul(high, Ir.constant(INTS, QuantPanel.HIGH))),
                        f.offset(quants, panel.planeBytes()),
                        f.offset(fields, panel.planeBytes()));
            } else {
                storePlane(integers, quants, fields);
            }
            storeScaled(scale, integers, fields);
        });
    }

    /** The high bytes of 16-bit integers, rounded so that what is left fits in a byte too. */
    private Ir high(Ir integers) {
        Ir inverse = Ir.constant(FLOATS, 1f / QuantPanel.HIGH);
        return Elementary.round(f, f.fmul(f.convert("sitofp", integers, FLOATS), inverse));
    }

    private void storePlane(Ir integers, Ir quants, Ir fields) {
        f.store(f.convert("trunc", integers, INTS.as(Type.I8)), quants);
        Ir first = sum(integers, 0);
        Ir second = sum(integers, HALF);
        Ir sum = f.add(first, second);
        store(times(sum, -8), fields, Field.MINUS_8_SUM);
        Ir bytesStart = simd.dot().pairsBytes() ? minusPairs(integers) : times(sum, -128);
        store(bytesStart, fields, Field.BYTES_START);
        store(times(first, -32), fields, Field.MINUS_32_FIRST_HALF);
        store(times(second, -32), fields, Field.MINUS_32_SECOND_HALF);
    }

    private void storeScaled(Ir scale, Ir integers, Ir fields) {
        Ir first = sum(integers, 0);
        Ir second = sum(integers, HALF);
        store(scale, fields, Field.SCALE);
        store(scaled(scale, f.add(first, second)), fields, Field.SCALED_SUM);
        store(scaled(scale, first), fields, Field.SCALED_FIRST_HALF);
        store(scaled(scale, second), fields, Field.SCALED_SECOND_HALF);
    }

    private Ir minusPairs(Ir integers) {
        int[] even = IntStream.range(0, HALF).map(pair -> 2 * pair).toArray();
        int[] odd = IntStream.range(0, HALF).map(pair -> 2 * pair + 1).toArray();
        Ir products = f.mul(f.shuffle(integers, integers, even), f.shuffle(integers, integers, odd));
        return times(sum(products, 0), -1);
    }

    private void store(Ir word, Ir fields, Field field) {
        f.store(word, f.offset(fields, panel.fieldOffset(field)));
    }

    private Ir sum(Ir integers, int from) {
        Ir half = f.slice(integers, from, HALF);
        return f.call("llvm.vector.reduce.add." + half.type().mangled(), Type.I32, half);
    }

    private Ir times(Ir sum, int factor) {
        return f.mul(sum, Ir.constant(Type.I32, factor));
    }

    private Ir scaled(Ir scale, Ir sum) {
        return f.fmul(scale, f.convert("sitofp", sum, Type.FLOAT));
    }
}
