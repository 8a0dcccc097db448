package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.QuantPanel.Field;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adds the product of a block to the sums of 16 rows, in the order that the numerics prescribe: scale times integer, then minima.
 *
 * @param scale the block's scale, a float for each row
 * @param halfScales integers as floats, for types with sub-scales of half blocks
 * @param minima none, one for the block or one for each half
 */
record BlockSum(IrFunction f, QuantPanel panel, Ir scale, List<Ir> halfScales, List<Ir> minima) {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);

    /** Sums of products with unpacked weights. */
    static BlockSum of(IrFunction f, QuantPanel panel, UnpackedBlock unpacked, Ir weights) {
        return new BlockSum(
                f,
                panel,
                f.load(FLOATS, weights, unpacked.scaleOffset()),
                IntStream.range(0, unpacked.halfScales())
                        .mapToObj(half -> f.load(FLOATS, weights, unpacked.halfScaleOffset(half)))
                        .toList(),
                IntStream.range(0, unpacked.minima())
                        .mapToObj(i -> f.load(FLOATS, weights, unpacked.minOffset(i)))
                        .toList());
    }

    /** The same where dot products come as one for the block, with the scales of its halves in them. */
    BlockSum ofScaledHalves() {
        return new BlockSum(f, panel, scale, List.of(), minima);
    }

    /**
     * The next sum.
     *
     * @param dots for each plane the exact dot products, i32, of each part of the block
     * @param fields of the block and token
     */
    Ir add(Ir sum, List<List<Ir>> dots, Ir fields) {
        Ir integer = integer(dots.getFirst());
        if (panel.planes() == 2) {
            integer = f.fma(integer, Ir.constant(FLOATS, (float) QuantPanel.HIGH), integer(dots.get(1)));
        }
        Ir next = f.fma(f.fmul(scale, splat(fields, Field.SCALE)), integer, sum);
        if (minima.size() == 1) {
            next = f.fma(minima.getFirst(), splat(fields, Field.SCALED_SUM), next);
        } else if (minima.size() == 2) {
            next = f.fma(minima.get(0), splat(fields, Field.SCALED_FIRST_HALF), next);
            next = f.fma(minima.get(1), splat(fields, Field.SCALED_SECOND_HALF), next);
        }
        return next;
    }

    /** Nothing is rounded here: all of these are integers below 2^24. */
    private Ir integer(List<Ir> dots) {
        Ir first = f.convert("sitofp", dots.getFirst(), FLOATS);
        return halfScales.isEmpty()
                ? first
                : f.fma(f.convert("sitofp", dots.get(1), FLOATS), halfScales.get(1), f.fmul(first, halfScales.get(0)));
    }

    private Ir splat(Ir fields, Field field) {
        return f.splat(f.load(Type.FLOAT, fields, panel.fieldOffset(field)), QuantLayout.ROWS);
    }
}
