package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.QuantPanel.Field;
import dev.lockstep.host.layout.QuantLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

/**
 * Rounds rows of floats to one or two planes of a {@link QuantPanel}: {@code void (ptr x, ptr quants, ptr fields)}, that of one token, or those of all tokens of a
 * panel, for which fields are computed and stored together.
 */
final class QuantizeKernel {
    private static final int HALF = QuantLayout.BLOCK / 2;
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.BLOCK);
    private static final Type INTS = Type.I32.times(QuantLayout.BLOCK);

    /** Blocks whose largest magnitude is below this are rounded to zero, so that the inverse scale stays finite. */
    private static final float SMALLEST = 0x1p-100f;

    private final IrFunction f;
    private final Simd simd;
    private final QuantPanel panel;
    private final Rows rows;

    /** Rows that are rounded together, one or those of a panel. */
    private record Rows(int count, int stride) {
        String label() {
            return count == 1 ? "" : "_x%d_by_%d".formatted(count, stride);
        }
    }

    private QuantizeKernel(IrFunction f, Simd simd, QuantPanel panel, Rows rows) {
        this.f = f;
        this.simd = simd;
        this.panel = panel;
        this.rows = rows;
    }

    /** One token, {@code quants} and {@code fields} being its own. */
    static String emit(IrModule module, Simd simd, RowKind kind, int width, int panelTokens) {
        return emit(module, simd, QuantPanel.of(kind, width, panelTokens), new Rows(1, 0));
    }

    /**
     * All {@link QuantPanel#TOKENS} tokens of a panel, {@code quants} and {@code fields} being the first one's.
     *
     * @param stride bytes from a token's row to that of the next
     */
    static String emitPanel(IrModule module, Simd simd, RowKind kind, int width, int stride) {
        QuantPanel panel = QuantPanel.of(kind, width, QuantPanel.TOKENS);
        return emit(module, simd, panel, new Rows(panel.tokens(), stride));
    }

    private static String emit(IrModule module, Simd simd, QuantPanel panel, Rows rows) {
        String name = "quantize_%dx%d_of_%d%s".formatted(panel.planes(), panel.width(), panel.tokens(), rows.label());
        return module.function(
                name, List.of(Type.PTR, Type.PTR, Type.PTR), f -> new QuantizeKernel(f, simd, panel, rows).emit());
    }

    private void emit() {
        f.loop(Ir.i64(0), Ir.i64(panel.width() / QuantLayout.BLOCK), 1, block -> {
            Ir x = f.offset(f.parameter(0), f.mul(block, Ir.i64(FLOATS.bytes())));
            Ir quants = f.offset(f.parameter(1), f.mul(block, Ir.i64(panel.blockBytes())));
            Ir fields = f.offset(f.parameter(2), f.mul(block, Ir.i64(panel.fieldsBytes())));
            Ir largest = f.bitcast(largest(x), word(Type.FLOAT));
            Ir limit = Ir.constant(largest.type(), panel.planes() == 2 ? 127f * QuantPanel.HIGH : 127f);
            Ir zero = f.fcmp("olt", largest, Ir.constant(largest.type(), SMALLEST));
            Ir nothing = Ir.constant(largest.type(), 0f);
            Ir scale = f.select(zero, nothing, f.fdiv(largest, limit));
            Ir inverse = f.select(zero, nothing, f.fdiv(limit, largest));
            List<Ir> sums = sums(x, inverse, quants);
            for (int plane = 0; plane < panel.planes(); plane++) {
                List<Ir> ofPlane = sums.subList(plane * planeSums(), (plane + 1) * planeSums());
                storePlane(ofPlane, f.offset(fields, (long) plane * panel.planeBytes()));
            }
            List<Ir> halves = panel.planes() == 1
                    ? List.of(sum(sums.get(0)), sum(sums.get(1)))
                    : sums.subList(sums.size() - 2, sums.size());
            storeScaled(scale, halves.getFirst(), halves.getLast(), fields);
        });
    }

    /** What there is one of for each row. */
    private Type word(Type element) {
        return rows.count == 1 ? element : element.times(rows.count);
    }

    /** The bits of the largest magnitude of the block of each row. */
    private Ir largest(Ir x) {
        if (rows.count == 1) {
            Ir all = magnitudes(x, 0);
            return f.call("llvm.vector.reduce.umax." + INTS.mangled(), Type.I32, all);
        }
        BinaryOperator<Ir> larger = (a, b) -> f.select(f.icmp("ugt", a, b), a, b);
        return tree(0, rows.count, larger, row -> {
                    Ir all = magnitudes(x, row);
                    return List.of(larger.apply(f.slice(all, 0, HALF), f.slice(all, HALF, HALF)));
                })
                .getFirst();
    }

    private Ir magnitudes(Ir x, int row) {
        return f.and(f.bitcast(values(x, row), INTS), Ir.constant(INTS, 0x7FFFFFFF));
    }

    private Ir values(Ir x, int row) {
        return f.load(FLOATS, f.offset(x, (long) row * rows.stride));
    }

    /** Stores the quants of each row; gives its sums of integers, of each plane and, where there are two, after those of the rounded values. */
    private List<Ir> sums(Ir x, Ir inverse, Ir quants) {
        if (rows.count == 1) {
            return summands(x, 0, inverse, quants).stream()
                    .map(vector ->
                            f.call("llvm.vector.reduce.add." + vector.type().mangled(), Type.I32, vector))
                    .toList();
        }
        return tree(0, rows.count, f::add, row -> summands(x, row, f.extract(inverse, row), quants));
    }

    private List<Ir> summands(Ir x, int row, Ir inverse, Ir quants) {
        Ir integers = Elementary.round(f, f.fmul(values(x, row), f.splat(inverse, QuantLayout.BLOCK)));
        Ir place = f.offset(quants, (long) row * QuantPanel.quantsStride());
        List<Ir> summands = new ArrayList<>();
        if (panel.planes() == 1) {
            addPlane(summands, integers, place);
        } else {
            Ir high = high(integers);
            addPlane(summands, high, place);
            Ir low = f.sub(integers, f.mul(high, Ir.constant(INTS, QuantPanel.HIGH)));
            addPlane(summands, low, f.offset(place, panel.planeBytes()));
            addHalves(summands, integers);
        }
        return summands;
    }

    /** The high bytes of 16-bit integers, rounded so that what is left fits in a byte too. */
    private Ir high(Ir integers) {
        Ir inverse = Ir.constant(FLOATS, 1f / QuantPanel.HIGH);
        return Elementary.round(f, f.fmul(f.convert("sitofp", integers, FLOATS), inverse));
    }

    private void addPlane(List<Ir> summands, Ir integers, Ir quants) {
        f.store(f.convert("trunc", integers, INTS.as(Type.I8)), quants);
        addHalves(summands, simd.dot().sumsHalvesIn16Bits() ? f.mul(integers, ofShorts()) : integers);
        if (simd.dot().pairsBytes()) {
            summands.add(pairs(integers));
        }
    }

    private int planeSums() {
        return simd.dot().pairsBytes() ? 3 : 2;
    }

    private void addHalves(List<Ir> summands, Ir integers) {
        summands.add(f.slice(integers, 0, HALF));
        summands.add(f.slice(integers, HALF, HALF));
    }

    /** What makes one sum of two: that of the first two of each four columns, and 2^16 times that of the others. */
    private Ir ofShorts() {
        return f.vector(
                Type.I32,
                IntStream.range(0, QuantLayout.BLOCK)
                        .map(column -> column % 4 < 2 ? 1 : 1 << Short.SIZE)
                        .toArray());
    }

    /** The sum of a half of a plane. */
    private Ir sum(Ir half) {
        return simd.dot().sumsHalvesIn16Bits() ? f.add(firstTwo(half), others(half)) : half;
    }

    private Ir firstTwo(Ir half) {
        return f.ashr(f.shl(half, Short.SIZE), Short.SIZE);
    }

    private Ir others(Ir half) {
        return f.ashr(f.sub(half, firstTwo(half)), Short.SIZE);
    }

    /** -32 times the sum of a half, or both of its sums as two 16-bit integers. */
    private Ir bias(Ir half) {
        if (!simd.dot().sumsHalvesIn16Bits()) {
            return times(half, -32);
        }
        Ir low = f.and(times(firstTwo(half), -32), Ir.constant(half.type(), 0xFFFF));
        return f.or(f.shl(times(others(half), -32), Short.SIZE), low);
    }

    private Ir pairs(Ir integers) {
        int[] even = IntStream.range(0, HALF).map(pair -> 2 * pair).toArray();
        int[] odd = IntStream.range(0, HALF).map(pair -> 2 * pair + 1).toArray();
        return f.mul(f.shuffle(integers, integers, even), f.shuffle(integers, integers, odd));
    }

    /** @param sums of the halves, and of the pairs' products where they are wanted */
    private void storePlane(List<Ir> sums, Ir fields) {
        Ir sum = f.add(sum(sums.get(0)), sum(sums.get(1)));
        store(times(sum, -8), fields, Field.MINUS_8_SUM);
        store(simd.dot().pairsBytes() ? times(sums.get(2), -1) : times(sum, -128), fields, Field.BYTES_START);
        store(bias(sums.get(0)), fields, Field.MINUS_32_FIRST_HALF);
        store(bias(sums.get(1)), fields, Field.MINUS_32_SECOND_HALF);
    }

    private void storeScaled(Ir scale, Ir first, Ir second, Ir fields) {
        store(scale, fields, Field.SCALE);
        store(scaled(scale, f.add(first, second)), fields, Field.SCALED_SUM);
        store(scaled(scale, first), fields, Field.SCALED_FIRST_HALF);
        store(scaled(scale, second), fields, Field.SCALED_SECOND_HALF);
    }

    private void store(Ir words, Ir fields, Field field) {
        f.store(words, f.offset(fields, panel.fieldOffset(field)));
    }

    private Ir times(Ir sum, int factor) {
        return f.mul(sum, Ir.constant(sum.type(), factor));
    }

    private Ir scaled(Ir scale, Ir sum) {
        return f.fmul(scale, f.convert("sitofp", sum, sum.type().as(Type.FLOAT)));
    }

    private interface Leaf {
        /** Some vectors of a row. */
        List<Ir> of(int row);
    }

    /**
     * Reduces each vector of 16 lanes of 16 rows to one lane, by an operation for which order does not matter. Rows share the operations; vectors are shuffled within 128
     * bits first, which is one instruction everywhere, and each is made when it is needed, so that few are in registers.
     */
    private List<Ir> tree(int from, int count, BinaryOperator<Ir> operation, Leaf leaf) {
        if (count == 1) {
            return leaf.of(from);
        }
        int half = count / 2;
        List<Ir> left = tree(from, half, operation, leaf);
        List<Ir> right = tree(from + half, half, operation, leaf);
        return IntStream.range(0, left.size())
                .mapToObj(i -> join(left.get(i), right.get(i), half, operation))
                .toList();
    }

    /** Joins what is left of so many rows each. */
    private Ir join(Ir a, Ir b, int count, BinaryOperator<Ir> operation) {
        return operation.apply(f.shuffle(a, b, lanes(count, 0)), f.shuffle(a, b, lanes(count, 1)));
    }

    /** Lanes of two vectors, those of the second numbered on, that are joined with each other: the first or the second ones. */
    private static int[] lanes(int count, int which) {
        return switch (count) {
            // In each 128 bits the words of two rows, then pairs of words.
            case 1 -> ofQuarters(which == 0 ? new int[] {0, 16, 1, 17} : new int[] {2, 18, 3, 19});
            case 2 -> ofQuarters(which == 0 ? new int[] {0, 1, 16, 17} : new int[] {2, 3, 18, 19});
            // Then 128 bits, which hold a word of four rows each.
            case 4 -> quarters(which == 0 ? new int[] {0, 1, 4, 5} : new int[] {2, 3, 6, 7});
            case 8 -> quarters(which == 0 ? new int[] {0, 2, 4, 6} : new int[] {1, 3, 5, 7});
            default -> throw new IllegalArgumentException("rows " + count);
        };
    }

    private static int[] ofQuarters(int[] words) {
        return IntStream.range(0, 16)
                .map(lane -> lane / 4 * 4 + words[lane % 4])
                .toArray();
    }

    private static int[] quarters(int[] quarters) {
        return IntStream.range(0, 16)
                .map(lane -> 4 * quarters[lane / 4] + lane % 4)
                .toArray();
    }
}
