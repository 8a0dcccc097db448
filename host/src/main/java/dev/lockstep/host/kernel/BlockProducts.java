package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The innermost part of products with several tokens: adds some blocks of one or several tiles of 16 rows times the activations of a few tokens
 * to sums. Each activation that is read serves all tiles, each weight all tokens, so that reading takes less time than multiplying.
 *
 * <p>Emitted as {@code void (ptr unpacked, i64 blocks, ptr quants, ptr fields, i64 planeBytes, ptr sums, i1 first, ptr ahead, i64 aheadStride, i64 aheadStep, ptr others, i64 merged,
 * i64 otherStride, ptr y, i64 yStride)}: {@code unpacked} is an {@link
 * UnpackedBlock} for each block of the first tile, those of the next lie {@link UnpackedBlock#MAX_BYTES} further; {@code quants} and {@code fields} are those of the first
 * token in its {@link QuantPanel}; {@code sums} has what the blocks before have given, 16 floats for each token and tile, token by token, and is not read if these are the
 * {@code first} blocks. {@code merged} sums of as many others, which lie {@code otherStride} bytes apart, are added one after the other. The first token's sums go to {@code y}, those of the next {@code yStride} bytes further. It
 * knows nothing of the matrix's size, so there are few of these.
 *
 * <p>Each block asks memory for what lies at {@code ahead}, {@code aheadStep} bytes after what the block before asked for, and for the next tiles {@code aheadStride}
 * bytes further: what is asked for all at once holds up what comes after it.
 */
final class BlockProducts {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);
    private static final Type INTS = Type.I32.times(QuantLayout.ROWS);

    private final IrFunction f;
    private final Simd simd;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final int tiles;
    private final int tokens;
    private final int lines;
    private final PairDots pairs;

    private BlockProducts(
            IrFunction f, Simd simd, QuantLayout layout, QuantPanel panel, int tiles, int tokens, int lines) {
        this.f = f;
        this.simd = simd;
        this.unpacked = UnpackedBlock.of(simd, layout);
        this.panel = panel;
        this.tiles = tiles;
        this.tokens = tokens;
        this.lines = lines;
        this.pairs = new PairDots(f, unpacked, panel, tokens * panel.planes());
    }

    /**
     * @param panel how activations lie, but for its width
     * @param tiles of 16 rows
     * @param lines of each tile that each block asks for
     */
    static String emit(
            IrModule module, Simd simd, QuantLayout layout, QuantPanel panel, int tiles, int tokens, int lines) {
        String name = "blocks_%s_%d_%dx%d_%d".formatted(layout, panel.planes(), tiles, tokens, lines);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(
                        Type.PTR, Type.I64, Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I1, Type.PTR, Type.I64,
                        Type.I64, Type.PTR, Type.I64, Type.I64, Type.PTR, Type.I64),
                f -> new BlockProducts(f, simd, layout, panel, tiles, tokens, lines).emit());
    }

    private void emit() {
        boolean overlaps = simd.overlapsBlocks(unpacked.layout());
        if (!overlaps) {
            prefetchResults();
        }
        if (unpacked.pairs()) {
            pairs.widen(f.parameter(1), eachRow(f.parameter(2), QuantPanel.quantsStride()));
        }
        Ir none = f.parameter(6);
        List<Ir> before = sums(f.parameter(5))
                .map(sum -> f.select(none, Ir.zero(FLOATS), f.load(FLOATS, sum)))
                .toList();
        List<Ir> own =
                overlaps ? addOverlapped(before) : f.loop(Ir.i64(0), f.parameter(1), Ir.i64(1), before, this::addBlock);
        List<Ir> all = f.rolledLoop(Ir.i64(0), f.parameter(11), Ir.i64(1), own, (other, carried) -> {
            Iterator<Ir> mine = carried.iterator();
            return sums(f.offset(f.parameter(10), f.mul(other, f.parameter(12))))
                    .map(sum -> f.fadd(f.load(FLOATS, sum), mine.next()))
                    .toList();
        });
        for (int token = 0; token < tokens; token++) {
            for (int tile = 0; tile < tiles; tile++) {
                f.store(all.get(token * tiles + tile), f.offset(y(token), (long) tile * FLOATS.bytes()));
            }
        }
    }

    private Stream<Ir> sums(Ir first) {
        return IntStream.range(0, tokens * tiles).mapToObj(sum -> f.offset(first, (long) sum * FLOATS.bytes()));
    }

    private Ir y(int token) {
        return f.offset(f.parameter(13), f.mul(Ir.i64(token), f.parameter(14)));
    }

    /** Asks for the places of results, which others may have taken out of the caches. Where blocks overlap nothing waits for stores. */
    private void prefetchResults() {
        for (int token = 0; token < tokens; token++) {
            for (int tile = 0; tile < tiles; tile++) {
                f.prefetchToWrite(f.offset(y(token), (long) tile * FLOATS.bytes()));
            }
        }
    }

    private List<Ir> addBlock(Ir block, List<Ir> sums) {
        prefetch(block);
        List<List<List<Ir>>> dots = dots(block);
        List<Ir> next = new ArrayList<>();
        for (int sum = 0; sum < tokens * tiles; sum++) {
            next.add(add(block, sum, sums.get(sum), dots.get(sum)));
        }
        return next;
    }

    /**
     * The same with the dot products of a block made while those of the block before are scaled and added, some after each group. A core that looks ahead by no more than a block or
     * two (less if it is shared) otherwise has no products to make there.
     */
    private List<Ir> addOverlapped(List<Ir> sums) {
        prefetch(Ir.i64(0));
        List<Ir> begun = new ArrayList<>(sums);
        begun.addAll(partDots(Ir.i64(0), 0, _ -> {}));
        List<Ir> all = f.loop(Ir.i64(1), f.parameter(1), Ir.i64(1), begun, (block, carried) -> {
            prefetch(block);
            List<Ir> next = new ArrayList<>();
            List<Ir> dots = partDots(block, 0, group -> finish(f.sub(block, Ir.i64(1)), carried, group, next));
            next.addAll(dots);
            return next;
        });
        List<Ir> own = new ArrayList<>();
        finish(f.sub(f.parameter(1), Ir.i64(1)), all, QuantLayout.GROUPS - 1, own);
        return own;
    }

    /**
     * Adds dot products of a block to as many sums as is fair after a group of the next one.
     *
     * @param carried sums, then for each of them the dot product of each plane
     * @param next what has been finished, which grows
     */
    private void finish(Ir block, List<Ir> carried, int group, List<Ir> next) {
        int sums = tokens * tiles;
        while (next.size() < sums * (group + 1) / QuantLayout.GROUPS) {
            int sum = next.size();
            int first = sums + sum * panel.planes();
            List<List<Ir>> dots = carried.subList(first, first + panel.planes()).stream()
                    .map(List::of)
                    .toList();
            next.add(add(block, sum, carried.get(sum), dots));
        }
    }

    private Ir add(Ir block, int sum, Ir before, List<List<Ir>> dots) {
        Ir fields = f.offset(fields(block), (long) (sum / tiles) * QuantPanel.fieldsStride());
        BlockSum ofTile = BlockSum.of(f, panel, unpacked, tile(weights(block), sum % tiles));
        return (halvesIn16Bits() ? ofTile.ofScaledHalves() : ofTile).add(before, dots, fields);
    }

    private Ir weights(Ir block) {
        return f.offset(f.parameter(0), f.mul(block, Ir.i64(unpacked.bytes())));
    }

    private Ir quants(Ir block) {
        return f.offset(f.parameter(2), f.mul(block, Ir.i64(panel.blockBytes())));
    }

    private Ir fields(Ir block) {
        return f.offset(f.parameter(3), f.mul(block, Ir.i64(panel.fieldsBytes())));
    }

    private void prefetch(Ir block) {
        Ir ahead = f.offset(f.parameter(7), f.mul(block, f.parameter(9)));
        for (int tile = 0; tile < tiles; tile++) {
            Ir place = f.offset(ahead, f.mul(Ir.i64(tile), f.parameter(8)));
            for (int line = 0; line < lines; line++) {
                f.prefetch(f.offset(place, (long) line * ReadAhead.LINE));
            }
        }
    }

    /** For each token, tile and plane the exact dot products of each part of the block. */
    private List<List<List<Ir>>> dots(Ir block) {
        List<List<Ir>> ofParts = ofParts(block);
        return IntStream.range(0, tokens * tiles)
                .mapToObj(sum -> IntStream.range(0, panel.planes())
                        .map(plane -> sum * panel.planes() + plane)
                        .mapToObj(dot ->
                                ofParts.stream().map(dots -> dots.get(dot)).toList())
                        .toList())
                .toList();
    }

    private List<List<Ir>> ofParts(Ir block) {
        if (unpacked.pairs()) {
            return List.of(pairs.dots(block, weights(block), eachRow(fields(block), QuantPanel.fieldsStride())));
        }
        if (halvesIn16Bits()) {
            List<Ir> none = Collections.nCopies(tokens * tiles * panel.planes(), Ir.zero(INTS));
            return List.of(addHalf(block, 1, addHalf(block, 0, none)));
        }
        return IntStream.range(0, unpacked.layout().parts())
                .mapToObj(part -> partDots(block, part, _ -> {}))
                .toList();
    }

    private boolean halvesIn16Bits() {
        return simd.halvesIn16Bits(unpacked.layout());
    }

    /** Adds the dot products of a half of the block, each times its scale. Of several groups in a round LLVM reads more ahead than there are registers. */
    private List<Ir> addHalf(Ir block, int half, List<Ir> before) {
        List<Ir> scales = IntStream.range(0, tiles)
                .mapToObj(tile -> f.load(INTS, tile(weights(block), tile), unpacked.halfScaleOffset(half)))
                .toList();
        DotProduct.Sum[] sums = new DotProduct.Sum[before.size()];
        eachRow((token, plane) -> {
            Ir place = plane(f.offset(fields(block), (long) token * QuantPanel.fieldsStride()), plane);
            for (int tile = 0; tile < tiles; tile++) {
                int dot = dot(token, tile, plane);
                sums[dot] = simd.dot().startHalf(f, () -> before.get(dot), () -> start(place, half), scales.get(tile));
            }
        });
        return rounds(block, half, sums, 1);
    }

    private List<Ir> eachRow(Ir first, int stride) {
        List<Ir> places = new ArrayList<>();
        eachRow((token, plane) -> places.add(plane(f.offset(first, (long) token * stride), plane)));
        return places;
    }

    /**
     * The dot products of a part of the block, for each plane of each tile of each token.
     *
     * @param afterGroup what is emitted after each group where these are not a loop
     */
    private List<Ir> partDots(Ir block, int part, IntConsumer afterGroup) {
        Ir weights = weights(block);
        Ir quants = quants(block);
        DotProduct.Sum[] sums = starts(fields(block), part);
        int groups = QuantLayout.GROUPS / unpacked.layout().parts();
        int round = Math.min(groups, simd.dot().groupsOfRound(unpacked.layout().largestByte()));
        if (round < groups) {
            return rounds(block, part, sums, round);
        }
        for (int group = 0; group < groups; group++) {
            addGroup(Ir.i64((long) groups * part + group), weights, quants, sums);
            afterGroup.accept(group);
        }
        return Arrays.stream(sums).map(DotProduct.Sum::total).toList();
    }

    private List<Ir> rounds(Ir block, int part, DotProduct.Sum[] sums, int round) {
        Ir weights = weights(block);
        Ir quants = quants(block);
        List<DotProduct.Sum> all = List.of(sums);
        int groups = QuantLayout.GROUPS / unpacked.layout().parts();
        List<Ir> totals = f.rolledLoop(
                Ir.i64((long) groups * part),
                Ir.i64((long) groups * (part + 1)),
                Ir.i64(round),
                DotProduct.Sum.carried(all),
                (group, carried) -> {
                    DotProduct.Sum.resume(all, carried);
                    for (int i = 0; i < round; i++) {
                        addGroup(f.add(group, Ir.i64(i)), weights, quants, sums);
                    }
                    return DotProduct.Sum.carried(all);
                });
        DotProduct.Sum.resume(all, totals);
        return all.stream().map(DotProduct.Sum::total).toList();
    }

    private DotProduct.Sum[] starts(Ir fields, int part) {
        DotProduct.Sum[] sums = new DotProduct.Sum[tokens * tiles * panel.planes()];
        eachRow((token, plane) -> {
            Ir place = plane(f.offset(fields, (long) token * QuantPanel.fieldsStride()), plane);
            for (int tile = 0; tile < tiles; tile++) {
                sums[dot(token, tile, plane)] = simd.dot()
                        .start(f, () -> start(place, part), unpacked.layout().largestByte());
            }
        });
        return sums;
    }

    private Ir start(Ir fields, int part) {
        return BlockBias.start(f, simd, unpacked.layout(), panel, fields, part);
    }

    private void addGroup(Ir group, Ir weights, Ir quants, DotProduct.Sum[] sums) {
        Ir place = f.offset(weights, f.mul(group, Ir.i64(QuantLayout.GROUP_BYTES)));
        List<Ir> ofTiles = IntStream.range(0, tiles)
                .mapToObj(tile -> f.load(Type.I8.times(QuantLayout.GROUP_BYTES), tile(place, tile)))
                .toList();
        Ir columns = f.offset(quants, f.mul(group, Ir.i64(4)));
        eachRow((token, plane) -> {
            Ir x = f.load(Type.I32, plane(f.offset(columns, (long) token * QuantPanel.quantsStride()), plane));
            Ir splat = f.splat(x, QuantLayout.ROWS);
            for (int tile = 0; tile < tiles; tile++) {
                sums[dot(token, tile, plane)].add(ofTiles.get(tile), splat);
            }
        });
    }

    private int dot(int token, int tile, int plane) {
        return (token * tiles + tile) * panel.planes() + plane;
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

    private Ir tile(Ir place, int tile) {
        return f.offset(place, (long) tile * UnpackedBlock.MAX_BYTES);
    }
}
