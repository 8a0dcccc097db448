package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Unpacks some units of a tile: {@code void (ptr units, i64 count, ptr unpacked)}, where {@code unpacked} gets an {@link UnpackedBlock} for
 * each block.
 */
final class UnpackKernel {
    private UnpackKernel() {}

    /**
     * @param unpacked where everything goes
     * @param bias what quants are to be too large by
     * @param prefetches whether memory is asked for the units after those meanwhile
     */
    static String emit(IrModule module, Simd simd, UnpackedBlock unpacked, int bias, boolean prefetches) {
        String name = "unpack_%s_%d_%d%s".formatted(unpacked.layout(), bias, unpacked.gap(), prefetches ? "_p" : "");
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.I64, Type.PTR),
                f -> emit(f, simd, unpacked, bias, prefetches));
    }

    private static void emit(IrFunction f, Simd simd, UnpackedBlock unpacked, int bias, boolean prefetches) {
        QuantLayout layout = unpacked.layout();
        f.loop(Ir.i64(0), f.parameter(1), 1, index -> {
            Ir place = f.offset(f.parameter(0), f.mul(index, Ir.i64(layout.unitBytes())));
            for (int at = 0; prefetches && at < layout.unitBytes(); at += ReadAhead.LINE) {
                f.prefetch(f.offset(place, ReadAhead.FAR.bytes() + at));
            }
            PackedUnit unit = new PackedUnit(f, simd, layout, bias, place);
            Ir to = f.offset(f.parameter(2), f.mul(index, Ir.i64((long) layout.blocks() * unpacked.bytes())));
            for (int block = 0; block < layout.blocks(); block++) {
                store(f, simd, unpacked, unit, block, f.offset(to, (long) block * unpacked.bytes()));
            }
        });
    }

    private static void store(IrFunction f, Simd simd, UnpackedBlock unpacked, PackedUnit unit, int block, Ir to) {
        PackedUnit.Quants quants = unit.quants(block);
        List<Ir> pairs = new ArrayList<>();
        for (int group : quants.order()) {
            Ir place = f.offset(to, unpacked.groupOffset(group));
            if (unpacked.pairs()) {
                pairs.add(storePairs(f, quants.group(group), place));
            } else {
                f.store(quants.group(group), place);
            }
        }
        pairs.stream()
                .reduce(f::add)
                .ifPresent(sum -> f.store(f.sub(Ir.zero(sum.type()), sum), f.offset(to, unpacked.pairsOffset())));
        for (int at = 0; at < unpacked.gap(); at += QuantLayout.GROUP_BYTES) {
            Ir zeros = Ir.zero(Type.I8.times(QuantLayout.GROUP_BYTES));
            f.store(zeros, f.offset(to, UnpackedBlock.PART_BYTES + at));
        }
        f.store(unit.blockScale(block), f.offset(to, unpacked.scaleOffset()));
        List<Ir> halfScales =
                simd.halvesIn16Bits(unpacked.layout()) ? unit.halfScalePairs(block) : unit.halfScales(block);
        for (int half = 0; half < halfScales.size(); half++) {
            f.store(halfScales.get(half), f.offset(to, unpacked.halfScaleOffset(half)));
        }
        List<Ir> minima = unit.minima(block);
        for (int i = 0; i < minima.size(); i++) {
            f.store(minima.get(i), f.offset(to, unpacked.minOffset(i)));
        }
    }

    /** Returns the sum of their products, for each row. */
    private static Ir storePairs(IrFunction f, Ir group, Ir place) {
        Ir columns = f.bitcast(group, Type.I16.times(QuantLayout.GROUP_BYTES / 2));
        Ir even = PairDots.even(f, columns);
        Ir odd = PairDots.odd(f, columns);
        f.store(even, place);
        f.store(odd, f.offset(place, QuantLayout.GROUP_BYTES));
        return PairDots.multiply(f, even, odd);
    }
}
