package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The innermost part of products with several tokens: adds some blocks of one or several tiles of 16 rows times the activations of a few tokens
 * to sums. Each activation that is read serves all tiles, each weight all tokens, so that reading takes less time than multiplying.
 *
 * <p>Emitted as {@code void (ptr unpacked, i64 blocks, ptr quants, ptr fields, i64 planeBytes, ptr sums, i1 first, ptr ahead, i64 aheadStride, i1 asks, ptr others, i64 merged, i64 otherStride,
 * ptr y, i64 yStride)}: {@code unpacked} is an {@link
 * UnpackedBlock} for each block of the first tile, those of the next lie {@link UnpackedBlock#MAX_BYTES} further; {@code quants} and {@code fields} are those of the first
 * token in its {@link QuantPanel}; {@code sums} has what the blocks before have given, 16 floats for each token and tile, token by token, and is not read if these are the
 * {@code first} blocks. {@code merged} sums of as many others, which lie {@code otherStride} bytes apart, are added one after the other. The first token's sums go to {@code y}, those of the next {@code yStride} bytes further. It
 * knows nothing of the matrix's size, so there are few of these.
 *
 * <p>If it {@code asks}, it asks memory for what lies at {@code ahead}, and for the next tiles {@code aheadStride} bytes further: a
 * {@link #LINE} with each block, since what is asked for all at once holds up what comes after it.
 */
final class BlockProducts {
    /** Bytes of each tile that are asked for with a block. */
    static final int LINE = 64;

    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);

    private final IrFunction f;
    private final Simd simd;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final int tiles;
    private final int tokens;
    private final PairDots pairs;

    private BlockProducts(IrFunction f, Simd simd, QuantLayout layout, QuantPanel panel, int tiles, int tokens) {
        this.f = f;
        this.simd = simd;
        this.unpacked = UnpackedBlock.of(simd, layout);
        this.panel = panel;
        this.tiles = tiles;
        this.tokens = tokens;
        this.pairs = new PairDots(f, unpacked, panel, tokens * panel.planes());
    }

    /**
     * @param panel how activations lie, but for its width
     * @param tiles of 16 rows
     */
    static String emit(IrModule module, Simd simd, QuantLayout layout, QuantPanel panel, int tiles, int tokens) {
        String name = "blocks_%s_%d_%dx%d".formatted(layout, panel.planes(), tiles, tokens);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(
                        Type.PTR, Type.I64, Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I1, Type.PTR, Type.I64,
                        Type.I1, Type.PTR, Type.I64, Type.I64, Type.PTR, Type.I64),
                f -> new BlockProducts(f, simd, layout, panel, tiles, tokens).emit());
    }

    private void emit() {
        prefetchResults();
        if (unpacked.pairs()) {
            pairs.widen(f.parameter(1), eachRow(f.parameter(2), QuantPanel.quantsStride()));
        }
        Ir none = f.parameter(6);
        List<Ir> before = sums(f.parameter(5))
                .map(sum -> f.select(none, Ir.zero(FLOATS), f.load(FLOATS, sum)))
                .toList();
        List<Ir> own = f.loop(Ir.i64(0), f.parameter(1), Ir.i64(1), before, this::addBlock);
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

    /** Asks for the places of results, which others may have taken out of the caches: a core that stored to all at the end would wait. */
    private void prefetchResults() {
        for (int token = 0; token < tokens; token++) {
            for (int tile = 0; tile < tiles; tile++) {
                f.prefetchToWrite(f.offset(y(token), (long) tile * FLOATS.bytes()));
            }
        }
    }

    private List<Ir> addBlock(Ir block, List<Ir> sums) {
        prefetch(block);
        Ir weights = f.offset(f.parameter(0), f.mul(block, Ir.i64(unpacked.bytes())));
        Ir quants = f.offset(f.parameter(2), f.mul(block, Ir.i64(panel.blockBytes())));
        Ir fields = f.offset(f.parameter(3), f.mul(block, Ir.i64(panel.fieldsBytes())));
        List<List<List<Ir>>> dots = dots(block, weights, quants, fields);
        List<BlockSum> ofTiles = IntStream.range(0, tiles)
                .mapToObj(tile -> BlockSum.of(f, panel, unpacked, tile(weights, tile)))
                .toList();
        List<Ir> next = new ArrayList<>();
        for (int token = 0; token < tokens; token++) {
            for (int tile = 0; tile < tiles; tile++) {
                int sum = token * tiles + tile;
                next.add(ofTiles.get(tile)
                        .add(sums.get(sum), dots.get(sum), f.offset(fields, (long) token * Integer.BYTES)));
            }
        }
        return next;
    }

    /** Without a branch: who does not ask touches weights that are being read, which are in the first-level cache. */
    private void prefetch(Ir block) {
        Ir asks = f.parameter(9);
        Ir ahead = f.offset(f.select(asks, f.parameter(7), f.parameter(0)), f.mul(block, Ir.i64(LINE)));
        Ir stride = f.select(asks, f.parameter(8), Ir.i64(0));
        for (int tile = 0; tile < tiles; tile++) {
            f.prefetch(f.offset(ahead, f.mul(Ir.i64(tile), stride)));
        }
    }

    /** For each token, tile and plane the exact dot products of each part of the block. */
    private List<List<List<Ir>>> dots(Ir block, Ir weights, Ir quants, Ir fields) {
        List<List<Ir>> ofParts = unpacked.pairs()
                ? List.of(pairs.dots(block, weights, eachRow(fields, QuantPanel.fieldsStride())))
                : IntStream.range(0, unpacked.layout().parts())
                        .mapToObj(part -> partDots(weights, quants, fields, part))
                        .toList();
        return IntStream.range(0, tokens * tiles)
                .mapToObj(sum -> IntStream.range(0, panel.planes())
                        .map(plane -> sum * panel.planes() + plane)
                        .mapToObj(dot ->
                                ofParts.stream().map(dots -> dots.get(dot)).toList())
                        .toList())
                .toList();
    }

    private List<Ir> eachRow(Ir first, int stride) {
        List<Ir> places = new ArrayList<>();
        eachRow((token, plane) -> places.add(plane(f.offset(first, (long) token * stride), plane)));
        return places;
    }

    /** The dot products of a part of the block, for each plane of each tile of each token. */
    private List<Ir> partDots(Ir weights, Ir quants, Ir fields, int part) {
        int largest = unpacked.layout().largestByte();
        DotProduct.Sum[] sums = new DotProduct.Sum[tokens * tiles * panel.planes()];
        eachRow((token, plane) -> {
            Ir place = plane(f.offset(fields, (long) token * QuantPanel.fieldsStride()), plane);
            Ir start = BlockBias.start(f, simd, unpacked.layout(), panel, place, part);
            for (int tile = 0; tile < tiles; tile++) {
                sums[dot(token, tile, plane)] = simd.dot().start(f, start, largest);
            }
        });
        List<DotProduct.Sum> all = List.of(sums);
        int groups = QuantLayout.GROUPS / unpacked.layout().parts();
        int round = Math.min(groups, simd.dot().groupsOfRound(largest));
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
