package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Brings rows of a file into units of a {@link QuantLayout}, four rows at a time: each field of four rows becomes one vector.
 *
 * <p>{@code void (ptr source, i64 rowBytes, i64 units, i64 tiles, ptr target, ptr special)}: {@code tiles} tiles of 16 whole rows of so many units. Adds
 * a bit to the i64 at {@code special} if a scale or minimum may not be finite.
 */
final class PackKernel {
    private static final int ROWS = 4;
    private static final Type MARK = Type.I1.times(ROWS);

    private final IrFunction f;
    private final QuantLayout layout;

    private PackKernel(IrFunction f, QuantLayout layout) {
        this.f = f;
        this.layout = layout;
    }

    static void emit(IrModule module, QuantLayout layout, String name) {
        List<Type> parameters = List.of(Type.PTR, Type.I64, Type.I64, Type.I64, Type.PTR, Type.PTR);
        module.publicFunction(name, parameters, f -> new PackKernel(f, layout).body());
    }

    private void body() {
        Ir rowBytes = f.parameter(1);
        Ir units = f.parameter(2);
        Ir tileRows = f.mul(rowBytes, Ir.i64(QuantLayout.ROWS));
        Ir tileBytes = f.mul(units, Ir.i64(layout.unitBytes()));
        Ir mark = eachUpTo(f.parameter(3), Ir.zero(MARK), (tile, found) -> {
            Ir source = f.offset(f.parameter(0), f.mul(tile, tileRows));
            Ir target = f.offset(f.parameter(4), f.mul(tile, tileBytes));
            return eachUpTo(units, found, (unit, before) -> {
                Ir blocks = f.offset(source, f.mul(unit, Ir.i64(layout.type().blockBytes())));
                Ir packed = f.offset(target, f.mul(unit, Ir.i64(layout.unitBytes())));
                return eachUpTo(
                        Ir.i64(QuantLayout.ROWS / ROWS),
                        before,
                        (four, so) -> f.or(
                                so, rows(f.offset(blocks, f.mul(f.shl(four, 2), rowBytes)), packed, f.shl(four, 2))));
            });
        });
        Ir any = f.zext(f.call("llvm.vector.reduce.or." + MARK.mangled(), Type.I1, mark), Type.I64);
        f.store(f.or(f.load(Type.I64, f.parameter(5)), any), f.parameter(5));
    }

    @FunctionalInterface
    private interface Round {
        Ir next(Ir counter, Ir carried);
    }

    private Ir eachUpTo(Ir end, Ir first, Round round) {
        return f.loop(
                        Ir.i64(0),
                        end,
                        Ir.i64(1),
                        List.of(first),
                        (counter, carried) -> List.of(round.next(counter, carried.getFirst())))
                .getFirst();
    }

    /** Packs four rows of a unit, of which the first is {@code row}; marks those whose scale or minimum may not be finite. */
    private Ir rows(Ir source, Ir target, Ir row) {
        List<FileBlock> blocks = IntStream.range(0, ROWS)
                .mapToObj(r -> new FileBlock(f, layout, f.offset(source, f.mul(f.parameter(1), Ir.i64(r)))))
                .toList();
        Ir scales = field(blocks, FileBlock::scale, target, row, 0);
        Ir special = layout.scaleBytes() == Float.BYTES ? atLeast(scales) : infinite(scales);
        if (layout.hasMinima()) {
            special = f.or(special, infinite(field(blocks, FileBlock::min, target, row, layout.minOffset())));
        }
        subs(blocks, FileBlock::subScales, layout.subScaleBits(), target, row, layout.subScalesOffset());
        subs(blocks, FileBlock::subMins, layout.subMinBits(), target, row, layout.subMinsOffset());
        for (int i = 0; i < layout.blocks(); i++) {
            int block = i;
            List<Ir> quants = blocks.stream().map(each -> each.quants(block)).toList();
            plane(quants, layout.lowBits(), 0, target, row, layout.lowOffset(i), QuantLayout.GROUP_BYTES);
            if (layout.highBits() > 0) {
                plane(
                        quants,
                        layout.highBits(),
                        layout.lowBits(),
                        target,
                        row,
                        layout.highOffset(i),
                        QuantLayout.GROUP_BYTES);
            }
        }
        return special;
    }

    private void subs(List<FileBlock> blocks, Function<FileBlock, Ir> field, int bits, Ir target, Ir row, int at) {
        if (bits == 0) {
            return;
        }
        List<Ir> subs = blocks.stream().map(field).toList();
        int low = bits == 6 ? 4 : bits;
        plane(subs, low, 0, target, row, at, QuantLayout.ROWS);
        if (low < bits) {
            plane(
                    subs,
                    bits - low,
                    low,
                    target,
                    row,
                    at + QuantLayout.ROWS * layout.subBlocks() * low / 8,
                    QuantLayout.ROWS);
        }
    }

    /** {@code bits} bits of each field, from bit {@code from} on, for each row: see {@link QuantLayout} for which goes where. */
    private void plane(List<Ir> rows, int bits, int from, Ir target, Ir row, int at, int stride) {
        transpose(rows.stream().map(fields -> plane(fields, bits, from)).toList(), target, row, at, stride);
    }

    private Ir plane(Ir fields, int bits, int from) {
        if (bits == Byte.SIZE) {
            return fields;
        }
        int lanes = fields.type().lanes() * bits / Byte.SIZE;
        int ones = (1 << bits) - 1;
        Type type = fields.type().times(lanes);
        Ir mask = Ir.constant(type, type.elementBytes() == 1 ? ones : ones * 0x01010101);
        return IntStream.range(0, Byte.SIZE / bits)
                .mapToObj(i -> f.shl(f.and(f.lshr(f.slice(fields, i * lanes, lanes), from), mask), bits * i))
                .reduce(f::or)
                .orElseThrow();
    }

    /** Stores what each row has one of, and gives it. */
    private Ir field(List<FileBlock> blocks, Function<FileBlock, Ir> field, Ir target, Ir row, int at) {
        return transpose(blocks.stream().map(field).toList(), target, row, at, 0);
    }

    /** Stores lane by lane what the rows have there, {@code stride} bytes apart; gives what was stored last. */
    private Ir transpose(List<Ir> rows, Ir target, Ir row, int at, int stride) {
        Ir all = f.concat(rows);
        int lanes = rows.getFirst().type().lanes();
        Ir place = f.offset(f.offset(target, f.mul(row, Ir.i64(all.type().elementBytes()))), at);
        Ir last = all;
        for (int lane = 0; lane < lanes; lane++) {
            int first = lane;
            last = f.shuffle(
                    all,
                    all,
                    IntStream.range(0, ROWS).map(r -> r * lanes + first).toArray());
            f.store(last, f.offset(place, (long) lane * stride));
        }
        return last;
    }

    /** Which of four float16 are infinite or NaN. */
    private Ir infinite(Ir halves) {
        Ir exponent = Ir.constant(halves.type(), 0x7c00);
        return f.icmp("eq", f.and(halves, exponent), exponent);
    }

    /** Which of four float32 are so large that times a quant of 8 bits they may be infinite. */
    private Ir atLeast(Ir floats) {
        Ir magnitude = f.and(floats, Ir.constant(floats.type(), Integer.MAX_VALUE));
        return f.icmp("sge", magnitude, Ir.constant(floats.type(), Float.floatToRawIntBits(0x1p120f)));
    }
}
