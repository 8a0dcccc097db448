package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The innermost part of products with several tokens: adds some blocks of 16 rows times the activations of a few tokens to sums that
 * stay in registers.
 *
 * <p>Emitted as {@code void (ptr unpacked, i64 blocks, ptr quants, ptr fields, i64 planeBytes, ptr sums, i1 first, ptr ahead)}: {@code unpacked} is an {@link
 * UnpackedBlock} for each block, {@code quants} and {@code fields} are those of the first token in its {@link QuantPanel}, {@code sums}
 * has 16 floats for each token, and is only written if these are the {@code first} blocks of the sums. It knows nothing of the matrix's size, so there are few of these.
 *
 * <p>Asks memory for what lies at {@code ahead}, as many bytes as the blocks have packed: a bit with each block, since what is asked for all at once
 * holds up what comes after it.
 */
final class BlockProducts {
    private static final int LINE = 64;
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);

    private final IrFunction f;
    private final Simd simd;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final int tokens;

    private BlockProducts(IrFunction f, Simd simd, QuantLayout layout, QuantPanel panel, int tokens) {
        this.f = f;
        this.simd = simd;
        this.unpacked = UnpackedBlock.of(layout);
        this.panel = panel;
        this.tokens = tokens;
    }

    /** @param panel how activations lie, but for its width */
    static String emit(IrModule module, Simd simd, QuantLayout layout, QuantPanel panel, int tokens) {
        String name = "blocks_%s_%d_x%d".formatted(layout, panel.planes(), tokens);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.I64, Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I1, Type.PTR),
                f -> new BlockProducts(f, simd, layout, panel, tokens).emit());
    }

    private void emit() {
        Ir sums = f.parameter(5);
        List<Ir> before = IntStream.range(0, tokens)
                .mapToObj(token -> f.load(FLOATS, sums, (long) token * FLOATS.bytes()))
                .map(sum -> f.select(f.parameter(6), Ir.zero(FLOATS), sum))
                .toList();
        List<Ir> after = f.loop(Ir.i64(0), f.parameter(1), Ir.i64(1), before, this::addBlock);
        for (int token = 0; token < tokens; token++) {
            f.store(after.get(token), f.offset(sums, (long) token * FLOATS.bytes()));
        }
    }

    private List<Ir> addBlock(Ir block, List<Ir> sums) {
        prefetch(block);
        Ir weights = f.offset(f.parameter(0), f.mul(block, Ir.i64(unpacked.bytes())));
        Ir quants = f.offset(f.parameter(2), f.mul(block, Ir.i64(panel.blockBytes())));
        Ir fields = f.offset(f.parameter(3), f.mul(block, Ir.i64(panel.fieldsBytes())));
        List<List<List<Ir>>> dots = dots(weights, quants, fields);
        BlockSum sum = BlockSum.of(f, panel, unpacked, weights);
        List<Ir> next = new ArrayList<>();
        for (int token = 0; token < tokens; token++) {
            next.add(sum.add(sums.get(token), dots.get(token), f.offset(fields, (long) token * Integer.BYTES)));
        }
        return next;
    }

    private void prefetch(Ir block) {
        int bytes = unpacked.layout().unitBytes() / unpacked.layout().blocks();
        Ir ahead = f.offset(f.parameter(7), f.mul(block, Ir.i64(bytes)));
        for (int at = 0; at < bytes; at += LINE) {
            f.prefetch(f.offset(ahead, at));
        }
    }

    /** For each token and plane the exact dot products of each part of the block. */
    private List<List<List<Ir>>> dots(Ir weights, Ir quants, Ir fields) {
        int parts = unpacked.layout().parts();
        List<List<Ir>> ofParts = IntStream.range(0, parts)
                .mapToObj(part -> partDots(weights, quants, fields, part))
                .toList();
        return IntStream.range(0, tokens)
                .mapToObj(token -> IntStream.range(0, panel.planes())
                        .map(plane -> token * panel.planes() + plane)
                        .mapToObj(row ->
                                ofParts.stream().map(dots -> dots.get(row)).toList())
                        .toList())
                .toList();
    }

    /** The dot products of a part of the block, for each plane of each token. */
    private List<Ir> partDots(Ir weights, Ir quants, Ir fields, int part) {
        int largest = unpacked.layout().largestByte();
        List<DotProduct.Sum> sums = new ArrayList<>();
        eachRow((token, plane) -> {
            Ir place = plane(f.offset(fields, (long) token * QuantPanel.fieldsStride()), plane);
            sums.add(simd.dot().start(f, BlockBias.start(f, simd, unpacked.layout(), panel, place, part), largest));
        });
        int groups = QuantLayout.GROUPS / unpacked.layout().parts();
        int round = Math.min(groups, simd.dot().groupsOfRound(largest));
        List<Ir> totals = f.rolledLoop(
                Ir.i64((long) groups * part),
                Ir.i64((long) groups * (part + 1)),
                Ir.i64(round),
                DotProduct.Sum.carried(sums),
                (group, carried) -> {
                    DotProduct.Sum.resume(sums, carried);
                    for (int i = 0; i < round; i++) {
                        addGroup(f.add(group, Ir.i64(i)), weights, quants, sums);
                    }
                    return DotProduct.Sum.carried(sums);
                });
        DotProduct.Sum.resume(sums, totals);
        return sums.stream().map(DotProduct.Sum::total).toList();
    }

    private void addGroup(Ir group, Ir weights, Ir quants, List<DotProduct.Sum> sums) {
        Ir place = f.offset(weights, f.mul(group, Ir.i64(QuantLayout.GROUP_BYTES)));
        Ir w = f.load(Type.I8.times(QuantLayout.GROUP_BYTES), place);
        Ir columns = f.offset(quants, f.mul(group, Ir.i64(4)));
        eachRow((token, plane) -> {
            Ir x = f.load(Type.I32, plane(f.offset(columns, (long) token * QuantPanel.quantsStride()), plane));
            sums.get(token * panel.planes() + plane).add(w, f.splat(x, QuantLayout.ROWS));
        });
    }

    private void eachRow(RowBody body) {
        for (int token = 0; token < tokens; token++) {
            for (int plane = 0; plane < panel.planes(); plane++) {
                body.accept(token, plane);
            }
        }
    }

    private interface RowBody {
        void accept(int token, int plane);
    }

    private Ir plane(Ir place, int plane) {
        return plane == 0 ? place : f.offset(place, f.parameter(4));
    }
}
