package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.QuantPanel.Field;
import dev.lockstep.host.layout.QuantLayout;

/**
 * What unpacked quants are too large by, and how their dot products are put right: these start from minus the bias times the sum of the
 * activations.
 */
final class BlockBias {
    private BlockBias() {}

    /** Quants as kernels unpack them, less this, are those of the type. */
    static int of(Simd simd, QuantLayout layout) {
        return layout.signedBytes() ? (simd.dot().biasesBytes() ? 128 : 0) : layout.offset();
    }

    /**
     * Where the dot products of a block, or of one of its halves, start.
     *
     * @param fields of the block and token
     */
    static Ir start(IrFunction f, Simd simd, QuantLayout layout, QuantPanel panel, Ir fields, int part) {
        int bias = of(simd, layout);
        if (bias == 0) {
            return Ir.zero(Type.I32.times(QuantLayout.ROWS));
        }
        Field field = layout.parts() == 1
                ? bias == 128 ? Field.BYTES_START : Field.MINUS_8_SUM
                : part == 0 ? Field.MINUS_32_FIRST_HALF : Field.MINUS_32_SECOND_HALF;
        Ir sum = f.load(Type.I32, fields, panel.fieldOffset(field));
        if (simd.halvesIn16Bits(layout)) {
            Ir pair = f.bitcast(sum, Type.I16.times(2));
            Ir shifted = f.ashr(pair, Integer.numberOfTrailingZeros(32 / bias));
            return f.splat(f.bitcast(shifted, Type.I32), QuantLayout.ROWS);
        }
        Ir start = switch (field) {
            case BYTES_START -> sum;
            case MINUS_8_SUM -> f.shl(sum, Integer.numberOfTrailingZeros(bias / 8));
            default ->
                bias > 32
                        ? f.shl(sum, Integer.numberOfTrailingZeros(bias / 32))
                        : f.ashr(sum, Integer.numberOfTrailingZeros(32 / bias));
        };
        return f.splat(start, QuantLayout.ROWS);
    }
}
