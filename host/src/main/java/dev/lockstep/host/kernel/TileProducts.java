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

/**
 * Adds products of some blocks of two tiles of rows with one or two panels of tokens, made by AMX: an instruction makes the dot products of a
 * block, or of half a block, of 16 rows with 16 tokens.
 *
 * <p>{@code void (ptr weights, i64 blocks, ptr quants, ptr fields, i64 planeBytes, ptr sums, i1 first)}: {@code weights} are the {@link UnpackedBlock}s of
 * the first tile, those of the second lie {@link UnpackedBlock#MAX_BYTES} further; {@code quants} and {@code fields} are those of the first block and
 * the first token; sums of the second tile lie {@link TileLinear#SUMS_BYTES} after those of the first. If {@code first}, sums begin.
 *
 * <p>Operands that are loaded serve two products each, since loads take as long as products wherever a core's other thread is at work. What
 * products give has to go through memory; it is scaled and added while those of the next blocks are made.
 */
final class TileProducts {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);
    private static final Type INTS = Type.I32.times(QuantLayout.ROWS);
    private static final int PANEL_SUMS_BYTES = QuantPanel.TOKENS * FLOATS.bytes();

    /** Products that are begun before one is stored, lest that waits for it. */
    private static final int LATE = 2;

    private final IrFunction f;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final int panels;
    private final int corners;
    private final int blocksOfRound;
    private final int productsOfRound;
    private final Ir zeros;

    private TileProducts(IrFunction f, QuantLayout layout, QuantPanel panel, int panels) {
        this.f = f;
        this.unpacked = UnpackedBlock.ofTiles(layout);
        this.panel = panel;
        this.panels = panels;
        this.corners = TileLinear.ROW_TILES * panels;
        int productsOfBlock = layout.parts() * panel.planes() * corners;
        this.blocksOfRound = layout.parts() * panel.planes() == 1 ? 2 : 1;
        this.productsOfRound = blocksOfRound * productsOfBlock;
        this.zeros = f.alloca(PANEL_SUMS_BYTES);
    }

    /** @param panel how activations lie, but for its width */
    static String emit(IrModule module, QuantLayout layout, QuantPanel panel, int panels) {
        String name = "tiles_%s_%d_x%d".formatted(layout, panel.planes(), panels);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.I64, Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I1),
                f -> new TileProducts(f, layout, panel, panels).emit());
    }

    private void emit() {
        for (int token = 0; token < QuantPanel.TOKENS; token++) {
            f.store(Ir.zero(FLOATS), f.offset(zeros, (long) token * FLOATS.bytes()));
        }
        Ir made = f.alloca((long) productsOfRound * TileShape.PRODUCT_BYTES);
        Ir next = f.alloca((long) productsOfRound * TileShape.PRODUCT_BYTES);
        Ir blocks = f.parameter(1);
        Ir whole = f.and(blocks, Ir.i64(-blocksOfRound));
        if (blocksOfRound == 1) {
            rounds(whole, made, next);
        } else {
            f.ifElse(f.icmp("ne", whole, Ir.i64(0)), () -> rounds(whole, made, next), () -> {
                multiply(1, whole, made, made).forEachRemaining(Runnable::run);
                addLast(1, whole, made);
            });
        }
    }

    /** Adds the products of each round while those of the next one, or of a block that is left, are made. */
    private void rounds(Ir whole, Ir made, Ir next) {
        Ir step = Ir.i64(blocksOfRound);
        multiply(blocksOfRound, Ir.i64(0), made, made).forEachRemaining(Runnable::run);
        List<Ir> places = f.loop(step, whole, step, List.of(made, next), (block, carried) -> {
            Iterator<Runnable> products = multiply(blocksOfRound, block, carried.get(1), carried.get(0));
            add(blocksOfRound, f.sub(block, step), carried.get(0), products);
            return List.of(carried.get(1), carried.get(0));
        });
        Ir last = f.sub(whole, step);
        if (blocksOfRound == 1) {
            addLast(1, last, places.get(0));
        } else {
            f.ifElse(f.icmp("eq", whole, f.parameter(1)), () -> addLast(blocksOfRound, last, places.get(0)), () -> {
                add(blocksOfRound, last, places.get(0), multiply(1, whole, places.get(1), places.get(0)));
                addLast(1, whole, places.get(1));
            });
        }
    }

    // --- products ----------------------------------------------------------------------------------------------------

    /**
     * What makes the products of some blocks, one by one. The first also store the last ones of the round before.
     *
     * @param made where the products go
     * @param before where those of the round before went; the same if there was none
     */
    private Iterator<Runnable> multiply(int blocks, Ir block, Ir made, Ir before) {
        int count = blocks * productsOfRound / blocksOfRound;
        return IntStream.range(0, count)
                .<Runnable>mapToObj(index -> () -> {
                    multiply(block, index);
                    if (index >= LATE) {
                        store(index - LATE, made);
                    } else if (before != made) {
                        store(productsOfRound + index - LATE, before);
                    }
                })
                .iterator();
    }

    /** Products in the order of blocks, planes, parts, tiles of rows and panels. */
    private void multiply(Ir firstBlock, int index) {
        int parts = unpacked.layout().parts();
        int ofPanel = index % panels;
        int ofTile = index % corners / panels;
        int part = index / corners % parts;
        int plane = index / corners / parts % panel.planes();
        Ir block = f.add(firstBlock, Ir.i64(index / corners / parts / panel.planes()));
        Ir activations = TileShape.register(TileShape.activations(ofPanel));
        Ir weights = TileShape.register(TileShape.weights(ofTile));
        if (ofTile == 0 && part == 0) {
            Ir stride = Ir.i64(QuantPanel.quantsStride());
            f.callVoid("llvm.x86.tileloadd64", activations, quants(block, ofPanel, plane), stride);
        }
        if (ofPanel == 0) {
            Ir place = f.offset(weights(block, ofTile), (long) part * UnpackedBlock.PART_BYTES);
            f.callVoid("llvm.x86.tileloadd64", weights, place, Ir.i64(QuantLayout.GROUP_BYTES));
        }
        Ir product = TileShape.register(index % TileShape.PRODUCTS);
        f.callVoid("llvm.x86.tilezero", product);
        f.callVoid("llvm.x86.tdpbssd", product, activations, weights);
    }

    private void store(int index, Ir made) {
        f.callVoid(
                "llvm.x86.tilestored64",
                TileShape.register(index % TileShape.PRODUCTS),
                f.offset(made, (long) index * TileShape.PRODUCT_BYTES),
                Ir.i64(INTS.bytes()));
    }

    // --- sums --------------------------------------------------------------------------------------------------------

    /** Adds products after which no others are made. */
    private void addLast(int blocks, Ir block, Ir made) {
        int count = blocks * productsOfRound / blocksOfRound;
        for (int index = count - LATE; index < count; index++) {
            store(index, made);
        }
        add(blocks, block, made, List.<Runnable>of().iterator());
    }

    /**
     * Adds the products of some blocks.
     *
     * @param beside what is done meanwhile, a bit before each of the products is added
     */
    private void add(int blocks, Ir block, Ir made, Iterator<Runnable> beside) {
        Ir fresh = f.and(f.parameter(6), f.icmp("eq", block, Ir.i64(0)));
        for (int corner = 0; corner < corners; corner++) {
            Ir place = f.offset(
                    f.offset(f.parameter(5), (long) (corner / panels) * TileLinear.SUMS_BYTES),
                    (long) (corner % panels) * PANEL_SUMS_BYTES);
            List<Ir> sums = load(f.select(fresh, zeros, place));
            for (int number = 0; number < blocks; number++) {
                for (int i = 0; i < productsOfRound / corners / blocksOfRound && beside.hasNext(); i++) {
                    beside.next().run();
                }
                sums = addBlock(f.add(block, Ir.i64(number)), number, corner, made, sums);
            }
            for (int token = 0; token < QuantPanel.TOKENS; token++) {
                f.store(sums.get(token), f.offset(place, (long) token * FLOATS.bytes()));
            }
        }
    }

    private List<Ir> load(Ir sums) {
        return IntStream.range(0, QuantPanel.TOKENS)
                .mapToObj(token -> f.load(FLOATS, sums, (long) token * FLOATS.bytes()))
                .toList();
    }

    private List<Ir> addBlock(Ir block, int number, int corner, Ir made, List<Ir> sums) {
        Ir fields = f.offset(inPanel(f.parameter(3), corner % panels), f.mul(block, Ir.i64(panel.fieldsBytes())));
        BlockSum sum = BlockSum.of(f, panel, unpacked, weights(block, corner / panels));
        List<Ir> next = new ArrayList<>();
        for (int token = 0; token < QuantPanel.TOKENS; token++) {
            Ir tokenFields = f.offset(fields, (long) token * QuantPanel.fieldsStride());
            next.add(sum.add(sums.get(token), dots(number, corner, token, made), tokenFields));
        }
        return next;
    }

    /** For each plane the dot products of each part of the block. */
    private List<List<Ir>> dots(int block, int corner, int token, Ir made) {
        int parts = unpacked.layout().parts();
        return IntStream.range(0, panel.planes())
                .mapToObj(plane -> IntStream.range(0, parts)
                        .map(part -> ((block * panel.planes() + plane) * parts + part) * corners + corner)
                        .mapToObj(index -> f.load(
                                INTS, made, (long) index * TileShape.PRODUCT_BYTES + (long) token * INTS.bytes()))
                        .toList())
                .toList();
    }

    // --- addresses ---------------------------------------------------------------------------------------------------

    private Ir quants(Ir block, int ofPanel, int plane) {
        Ir place = f.offset(inPanel(f.parameter(2), ofPanel), f.mul(block, Ir.i64(panel.blockBytes())));
        return plane == 0 ? place : f.offset(place, f.parameter(4));
    }

    private Ir inPanel(Ir place, int number) {
        return number == 0 ? place : f.offset(place, f.mul(f.parameter(4), Ir.i64(panel.planes())));
    }

    private Ir weights(Ir block, int ofTile) {
        Ir tile = f.offset(f.parameter(0), (long) ofTile * UnpackedBlock.MAX_BYTES);
        return f.offset(tile, f.mul(block, Ir.i64(unpacked.bytes())));
    }
}
