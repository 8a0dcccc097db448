package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.QuantPanel.Field;
import dev.lockstep.host.layout.QuantLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Exact dot products of signed bytes with half the multiplications, for processors that have more instructions in a cycle that add than that multiply:
 *
 * <pre>
 *   x0 w0 + x1 w1 = (x0 + w1) (x1 + w0) - x0 x1 - w0 w1
 * </pre>
 *
 * <p>(S. Winograd, "A New Algorithm for Inner Product", IEEE Transactions on Computers C-17, 1968.) The products of neighbours come ready: those of
 * activations from their rounding, those of weights from their unpacking. Sums of two bytes are 16-bit integers, two of whose products {@code vpmaddwd} adds.
 */
final class PairDots {
    private static final Type INTS = Type.I32.times(QuantLayout.ROWS);
    private static final Type SHORTS = Type.I16.times(2 * QuantLayout.ROWS);
    private static final Type ROW = Type.I16.times(QuantLayout.BLOCK / 2);
    private static final int WIDE_BYTES = 2 * ROW.bytes();
    private static final int REGISTER_LANES = 8;

    private final IrFunction f;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;

    private final int rows;

    /** Where activations lie as 16-bit integers: for each block and row those of even columns, then those of odd columns. */
    private final Ir wide;

    /** @param rows tokens times planes */
    PairDots(IrFunction f, UnpackedBlock unpacked, QuantPanel panel, int rows) {
        this.f = f;
        this.unpacked = unpacked;
        this.panel = panel;
        this.rows = rows;
        this.wide = f.alloca((long) unpacked.columns() / QuantLayout.BLOCK * rows * WIDE_BYTES);
    }

    /** The columns of a group or row of bytes whose number is even, as 16-bit integers. */
    static Ir even(IrFunction f, Ir bytes) {
        return f.ashr(f.shl(bytes, Byte.SIZE), Byte.SIZE);
    }

    /** Those whose number is odd. */
    static Ir odd(IrFunction f, Ir bytes) {
        return f.ashr(bytes, Byte.SIZE);
    }

    /** The sum of each lane's two products. */
    static Ir multiply(IrFunction f, Ir a, Ir b) {
        return DotProduct.Pieces.map(
                f,
                REGISTER_LANES,
                INTS.lanes(),
                piece -> f.call("llvm.x86.avx2.pmadd.wd", Type.I32.times(REGISTER_LANES), piece.of(a), piece.of(b)));
    }

    /** Widens some blocks of activations, all before they are multiplied: products that followed at once would wait for what is stored here. */
    void widen(Ir blocks, List<Ir> quants) {
        f.rolledLoop(Ir.i64(0), blocks, Ir.i64(1), List.of(), (block, _) -> {
            for (int row = 0; row < rows; row++) {
                Ir bytes = f.load(ROW, f.offset(quants.get(row), f.mul(block, Ir.i64(panel.blockBytes()))));
                Ir place = wide(block, row);
                f.store(even(f, bytes), place);
                f.store(odd(f, bytes), f.offset(place, ROW.bytes()));
            }
            return List.of();
        });
    }

    /**
     * The dot products of a block with the rows.
     *
     * @param weights an {@link UnpackedBlock}
     * @param fields of each row
     */
    List<Ir> dots(Ir block, Ir weights, List<Ir> fields) {
        Ir ofWeights = f.load(INTS, weights, unpacked.pairsOffset());
        List<Ir> starts = fields.stream()
                .map(row -> f.load(Type.I32, row, panel.fieldOffset(Field.BYTES_START)))
                .map(ofRow -> f.add(f.splat(ofRow, QuantLayout.ROWS), ofWeights))
                .toList();
        return f.rolledLoop(Ir.i64(0), Ir.i64(QuantLayout.GROUPS), Ir.i64(1), starts, (group, sums) -> {
            Ir place = f.offset(weights, f.mul(group, Ir.i64(unpacked.groupBytes())));
            Ir even = f.load(SHORTS, place);
            Ir odd = f.load(SHORTS, f.offset(place, SHORTS.bytes()));
            List<Ir> next = new ArrayList<>();
            for (int row = 0; row < rows; row++) {
                Ir columns = f.offset(wide(block, row), f.mul(group, Ir.i64(Integer.BYTES)));
                Ir a = f.add(odd, splat(columns));
                Ir b = f.add(even, splat(f.offset(columns, ROW.bytes())));
                next.add(f.add(sums.get(row), multiply(f, a, b)));
            }
            return next;
        });
    }

    private Ir wide(Ir block, int row) {
        return f.offset(f.offset(wide, f.mul(block, Ir.i64((long) rows * WIDE_BYTES))), (long) row * WIDE_BYTES);
    }

    private Ir splat(Ir pair) {
        return f.bitcast(f.splat(f.load(Type.I32, pair), QuantLayout.ROWS), SHORTS);
    }
}
