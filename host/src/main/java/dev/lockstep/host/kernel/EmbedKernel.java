package dev.lockstep.host.kernel;

import dev.lockstep.graph.Weight;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.FloatLayout;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Expands a row of a table in a file to floats: the native twin of {@link dev.lockstep.tensor.Dequantizer}, with its bits.
 *
 * <p>Emitted as {@code void (ptr row, ptr y)}: {@code row} may lie at any address.
 */
final class EmbedKernel {
    private static final int LANES = FloatRow.LANES;
    private static final Type FLOATS = Type.FLOAT.times(LANES);

    private EmbedKernel() {}

    /** Whether there is code for a table: all types but those whose elements are entries of another table. */
    static boolean readable(Weight table) {
        Optional<QuantLayout> quants = QuantLayout.of(table.type());
        return quants.isPresent()
                ? FileBlock.readable(quants.get()) && quants.get().table().isEmpty()
                : FloatLayout.of(table.type()).isPresent() && table.columns() % LANES == 0;
    }

    /** @param table a {@link #readable} one, of which only the type and the columns matter */
    static String emit(IrModule module, Simd simd, Weight table) {
        String name = "embed_%s_%d".formatted(table.type(), table.columns()).toLowerCase(Locale.ROOT);
        return module.function(name, List.of(Type.PTR, Type.PTR), f -> {
            Optional<QuantLayout> quants = QuantLayout.of(table.type());
            if (quants.isPresent()) {
                eachBlock(
                        f,
                        quants.get().columns(),
                        quants.get().type().blockBytes(),
                        table,
                        (block, y) -> expand(f, simd, new FileBlock(f, quants.get(), block), y));
            } else {
                FloatLayout floats = FloatLayout.of(table.type()).orElseThrow();
                eachBlock(
                        f,
                        LANES,
                        LANES * floats.elementBytes(),
                        table,
                        (block, y) -> f.store(FloatLinear.weights(f, simd, floats, block), y));
            }
        });
    }

    private interface Body {
        void accept(Ir block, Ir y);
    }

    private static void eachBlock(IrFunction f, int columns, int bytes, Weight table, Body body) {
        f.loop(
                Ir.i64(0),
                Ir.i64(table.columns() / columns),
                1,
                block -> body.accept(
                        f.offset(f.parameter(0), f.mul(block, Ir.i64(bytes))),
                        f.offset(f.parameter(1), f.mul(block, Ir.i64((long) Float.BYTES * columns)))));
    }

    private static void expand(IrFunction f, Simd simd, FileBlock block, Ir y) {
        QuantLayout layout = block.layout();
        Ir scale = layout.scaleBytes() == Float.BYTES
                ? f.splat(f.bitcast(f.extract(block.scale(), 0), Type.FLOAT), LANES)
                : half(f, simd, block.scale());
        Optional<Ir> min = layout.hasMinima() ? Optional.of(half(f, simd, block.min())) : Optional.empty();
        Optional<Ir> subScales = layout.subScaleBits() > 0 ? Optional.of(block.subScales()) : Optional.empty();
        Optional<Ir> subMins = layout.subMinBits() > 0 ? Optional.of(block.subMins()) : Optional.empty();
        for (int at = 0; at < layout.columns(); at += LANES) {
            int sub = at / layout.subBlock();
            Ir bytes = f.bitcast(block.quants(at / QuantLayout.BLOCK), Type.I8.times(QuantLayout.BLOCK));
            Ir part = f.slice(bytes, at % QuantLayout.BLOCK, LANES);
            Ir quants = layout.signedBytes() ? f.sext(part, Type.I32) : f.zext(part, Type.I32);
            Ir ofBlock = subScales.isEmpty()
                    ? scale
                    : f.fmul(scale, factor(f, subScales.get(), sub, layout.subScaleOffset()));
            Ir product = f.fmul(ofBlock, floats(f, quants, layout.offset()));
            // A minimum of the whole block is added, one with sub-minima subtracted.
            Ir value = min.isEmpty()
                    ? product
                    : subMins.isEmpty()
                            ? f.fadd(product, min.get())
                            : f.fsub(product, f.fmul(min.get(), factor(f, subMins.get(), sub, 0)));
            f.store(value, f.offset(y, (long) Float.BYTES * at));
        }
    }

    private static Ir half(IrFunction f, Simd simd, Ir half) {
        return simd.half().toFloat(f, f.splat(f.extract(half, 0), LANES));
    }

    private static Ir factor(IrFunction f, Ir subs, int sub, int offset) {
        return floats(f, f.splat(f.sext(f.extract(subs, sub), Type.I32), LANES), offset);
    }

    private static Ir floats(IrFunction f, Ir integers, int offset) {
        Ir exact = offset == 0 ? integers : f.sub(integers, Ir.constant(integers.type(), offset));
        return f.convert("sitofp", exact, FLOATS);
    }
}
