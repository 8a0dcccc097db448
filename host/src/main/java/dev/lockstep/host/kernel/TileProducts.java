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
 * What {@link BlockProducts} does, for the first tokens of a panel, with AMX: an instruction makes all integer dot products of a block, or of
 * half a block. Emitted with the same parameters.
 *
 * <p>While tiles are at work, vectors run at half their speed. So some blocks are multiplied first, into the first-level cache, and what they
 * give is scaled and added after that.
 */
final class TileProducts {
    private static final Type FLOATS = Type.FLOAT.times(QuantLayout.ROWS);
    private static final Type INTS = Type.I32.times(QuantLayout.ROWS);

    /** Products that are made before they are added: as many as the first-level cache holds beside weights and activations. */
    private static final int AT_ONCE = 16;

    /** Products that are begun before one is stored. */
    private static final int LATE = TileShape.PRODUCTS - 1;

    private final IrFunction f;
    private final UnpackedBlock unpacked;
    private final QuantPanel panel;
    private final int tokens;
    private final TileShape shape;
    private final int productsOfBlock;
    private final Ir products;

    private TileProducts(IrFunction f, QuantLayout layout, QuantPanel panel, int tokens) {
        this.f = f;
        this.unpacked = new UnpackedBlock(layout);
        this.panel = panel;
        this.tokens = tokens;
        this.shape = TileShape.of(layout);
        this.productsOfBlock = layout.parts() * panel.planes();
        this.products = f.offset(
                f.alloca((long) (LATE + AT_ONCE) * TileShape.PRODUCT_BYTES), (long) LATE * TileShape.PRODUCT_BYTES);
    }

    /**
     * @param panel how activations lie, but for its width
     * @param tokens whose sums are made; there may be fewer, and what comes after is of no use
     */
    static String emit(IrModule module, QuantLayout layout, QuantPanel panel, int tokens) {
        String name = "tiles_%s_%d_x%d".formatted(layout, panel.planes(), tokens);
        return module.function(
                name.toLowerCase(Locale.ROOT),
                List.of(Type.PTR, Type.I64, Type.PTR, Type.PTR, Type.I64, Type.PTR, Type.I1),
                f -> new TileProducts(f, layout, panel, tokens).emit());
    }

    private void emit() {
        int most = AT_ONCE / productsOfBlock;
        f.loop(Ir.i64(0), f.parameter(1), most, from -> {
            Ir rest = f.sub(f.parameter(1), from);
            Ir count = f.select(f.icmp("slt", rest, Ir.i64(most)), rest, Ir.i64(most));
            multiply(from, count);
            add(from, count);
        });
    }

    // --- products ----------------------------------------------------------------------------------------------------

    /**
     * As many blocks together as there are registers, then the rest one by one. Three more products are begun before one is stored, lest
     * that waits for it; so in the first round nothing is stored that is of use, and it goes to places before the first.
     */
    private void multiply(Ir from, Ir count) {
        int together = TileShape.PRODUCTS / productsOfBlock;
        Ir whole = f.and(count, Ir.i64(-together));
        f.loop(Ir.i64(0), whole, together, block -> {
            for (int product = 0; product < TileShape.PRODUCTS; product++) {
                multiply(f.add(from, block), product);
                int ready = product - LATE;
                store(block, ready, Math.floorMod(ready, TileShape.PRODUCTS));
            }
        });
        for (int ready = -LATE; ready < 0; ready++) {
            store(whole, ready, Math.floorMod(ready, TileShape.PRODUCTS));
        }
        if (together > 1) {
            f.loop(whole, count, 1, block -> {
                for (int product = 0; product < productsOfBlock; product++) {
                    multiply(f.add(from, block), product);
                    store(block, product, product);
                }
            });
        }
    }

    /** @param product counted from the first of the block; one for each plane and part of it, then those of the next block */
    private void multiply(Ir block, int product) {
        int parts = unpacked.layout().parts();
        Ir number = f.add(block, Ir.i64(product / productsOfBlock));
        int part = product % parts;
        Ir quants = quants(number, product % productsOfBlock / parts, part);
        Ir tile = register(product);
        f.callVoid("llvm.x86.tileloadd64", register(shape.activations()), quants, Ir.i64(QuantPanel.quantsStride()));
        f.callVoid(
                "llvm.x86.tileloadd64",
                register(shape.weights()),
                weights(number, part),
                Ir.i64(QuantLayout.GROUP_BYTES));
        f.callVoid("llvm.x86.tilezero", tile);
        f.callVoid("llvm.x86.tdpbssd", tile, register(shape.activations()), register(shape.weights()));
    }

    private void store(Ir block, int product, int register) {
        f.callVoid(
                "llvm.x86.tilestored64", register(register), product(block, product), Ir.i64(QuantLayout.GROUP_BYTES));
    }

    private static Ir register(int number) {
        return Ir.constant(Type.I8, number);
    }

    private Ir quants(Ir block, int plane, int part) {
        Ir place = f.offset(f.parameter(2), f.mul(block, Ir.i64(panel.blockBytes())));
        return f.offset(plane(place, plane), (long) part * shape.columns());
    }

    private Ir weights(Ir block, int part) {
        Ir place = f.offset(f.parameter(0), f.mul(block, Ir.i64(unpacked.bytes())));
        return f.offset(place, UnpackedBlock.groupOffset(part * shape.columns() / 4));
    }

    private Ir plane(Ir place, int plane) {
        return plane == 0 ? place : f.offset(place, f.parameter(4));
    }

    /** Where a product of a block is, blocks counted from the first that are made together. */
    private Ir product(Ir block, int index) {
        return f.offset(
                f.offset(products, f.mul(block, Ir.i64((long) productsOfBlock * TileShape.PRODUCT_BYTES))),
                (long) index * TileShape.PRODUCT_BYTES);
    }

    // --- sums --------------------------------------------------------------------------------------------------------

    private void add(Ir from, Ir count) {
        Ir sums = f.parameter(5);
        Ir fresh = f.and(f.parameter(6), f.icmp("eq", from, Ir.i64(0)));
        List<Ir> before = IntStream.range(0, tokens)
                .mapToObj(token -> f.load(FLOATS, sums, (long) token * FLOATS.bytes()))
                .map(sum -> f.select(fresh, Ir.zero(FLOATS), sum))
                .toList();
        List<Ir> after = f.loop(
                Ir.i64(0), count, Ir.i64(1), before, (block, carried) -> addBlock(f.add(from, block), block, carried));
        for (int token = 0; token < tokens; token++) {
            f.store(after.get(token), f.offset(sums, (long) token * FLOATS.bytes()));
        }
    }

    private List<Ir> addBlock(Ir block, Ir made, List<Ir> sums) {
        Ir weights = f.offset(f.parameter(0), f.mul(block, Ir.i64(unpacked.bytes())));
        Ir fields = f.offset(f.parameter(3), f.mul(block, Ir.i64(panel.fieldsBytes())));
        BlockSum sum = BlockSum.of(f, panel, unpacked, weights);
        List<Ir> next = new ArrayList<>();
        for (int token = 0; token < tokens; token++) {
            next.add(sum.add(
                    sums.get(token), dots(made, token), f.offset(fields, (long) token * QuantPanel.fieldsStride())));
        }
        return next;
    }

    /** For each plane the dot products of each part of the block. */
    private List<List<Ir>> dots(Ir made, int token) {
        int parts = unpacked.layout().parts();
        return IntStream.range(0, panel.planes())
                .mapToObj(plane -> IntStream.range(0, parts)
                        .mapToObj(
                                part -> f.load(INTS, product(made, plane * parts + part), (long) token * INTS.bytes()))
                        .toList())
                .toList();
    }
}
