package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A sum over the columns of a row, cut into segments that are added as a balanced tree (see the numerics of
 * {@link dev.lockstep.graph}).
 *
 * @param units units of columns in a row
 * @param segments a power of two
 */
record Segments(int units, int segments) {
    /** Most segments of a sum. */
    static final int MAX = 8;

    /** Levels of the tree of so many segments. */
    static final int LEVELS = 1 + Integer.numberOfTrailingZeros(MAX);

    static Segments of(int columns, int unitColumns) {
        int segments = Math.max(1, Math.min(MAX, Integer.highestOneBit(columns / 256)));
        return new Segments((columns + unitColumns - 1) / unitColumns, segments);
    }

    /** Sums the units of one segment, {@code from} to {@code to}, onto zeros. */
    @FunctionalInterface
    interface SegmentSum {
        List<Ir> sum(Ir from, Ir to, List<Ir> zeros);
    }

    /** Emits the sum of {@code count} vectors of floats. */
    List<Ir> sum(IrFunction f, Type vector, int count, SegmentSum body) {
        List<Ir> zeros =
                IntStream.range(0, count).mapToObj(_ -> Ir.zero(vector)).toList();
        if (segments == 1) {
            return body.sum(Ir.i64(0), Ir.i64(units), zeros);
        }
        Ir partial = f.alloca((long) segments * count * vector.bytes());
        f.loop(Ir.i64(0), Ir.i64(segments), 1, segment -> {
            Ir from = firstUnit(f, segment);
            Ir to = firstUnit(f, f.add(segment, Ir.i64(1)));
            List<Ir> sums = body.sum(from, to, zeros);
            Ir place = f.offset(partial, f.mul(segment, Ir.i64((long) count * vector.bytes())));
            for (int i = 0; i < count; i++) {
                f.store(sums.get(i), f.offset(place, (long) i * vector.bytes()));
            }
        });
        List<Ir> totals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            totals.add(total(f, segment -> f.load(vector, partial, ((long) segment * count + index) * vector.bytes())));
        }
        return totals;
    }

    /**
     * Units of a segment that are taken at once.
     *
     * @param first whether they are the first of their segment
     * @param last whether they are the last of their segment
     */
    record Range(Ir unit, Ir count, Ir first, Ir last) {}

    /** Goes through all units, at most {@code units} of a segment at a time and about as many each time; the body gets the range and the segment. */
    void eachRange(IrFunction f, int units, BiConsumer<Range, Ir> body) {
        f.loop(Ir.i64(0), Ir.i64(segments), 1, segment -> {
            Ir from = firstUnit(f, segment);
            Ir to = firstUnit(f, f.add(segment, Ir.i64(1)));
            Ir all = f.sub(to, from);
            Ir ranges = f.udiv(f.add(all, Ir.i64(units - 1L)), Ir.i64(units));
            f.loop(Ir.i64(0), ranges, 1, range -> {
                Ir unit = f.add(from, f.udiv(f.mul(range, all), ranges));
                Ir next = f.add(from, f.udiv(f.mul(f.add(range, Ir.i64(1)), all), ranges));
                body.accept(
                        new Range(unit, f.sub(next, unit), f.icmp("eq", unit, from), f.icmp("eq", next, to)), segment);
            });
        });
    }

    /** The first unit of a segment; that of the segment after the last is the number of units. */
    Ir firstUnit(IrFunction f, Ir segment) {
        return f.lshr(f.mul(segment, Ir.i64(units)), Integer.numberOfTrailingZeros(segments));
    }

    /**
     * How many sums of segments before it are to be added to that of a segment, if each pair of neighbours in the balanced tree is added as soon as it is there: of
     * one segment, of two, of four.
     */
    Ir complete(IrFunction f, Ir segment) {
        Ir zeros = f.xor(segment, Ir.i64(-1));
        return f.call("llvm.cttz.i64", Type.I64, zeros, new Ir(Type.I1, "true"));
    }

    /** Adds the sums of all segments. */
    Ir total(IrFunction f, IntFunction<Ir> sumOfSegment) {
        return tree(f, IntStream.range(0, segments).mapToObj(sumOfSegment).toList());
    }

    private static Ir tree(IrFunction f, List<Ir> sums) {
        if (sums.size() == 1) {
            return sums.getFirst();
        }
        int half = sums.size() / 2;
        return f.fadd(tree(f, sums.subList(0, half)), tree(f, sums.subList(half, sums.size())));
    }
}
