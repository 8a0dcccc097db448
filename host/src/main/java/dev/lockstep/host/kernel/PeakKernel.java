package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The integer products of several tokens and nothing else, from operands in the first-level cache: what arithmetic allows at most.
 *
 * <p>{@code void (i64 rounds, ptr memory)}: the memory holds anything, {@link #MEMORY_BYTES} of it.
 */
final class PeakKernel {
    /** Groups in memory: more than a round takes, so that none of them can stay in registers. */
    private static final int GROUPS = 4 * QuantLayout.GROUPS;

    private static final int MOST_SUMS = 16;
    private static final int WEIGHT_BYTES = GROUPS * QuantLayout.GROUP_BYTES;
    private static final int TOKEN_BYTES = GROUPS * Integer.BYTES;

    static final int MEMORY_BYTES = WEIGHT_BYTES + MOST_SUMS * TOKEN_BYTES;

    private PeakKernel() {}

    static String emit(IrModule module, Simd simd, QuantLayout layout) {
        return module.function("peak", List.of(Type.I64, Type.PTR), f -> {
            if (simd.tiles()) {
                tiles(f);
            } else if (simd.pairs(layout)) {
                pairs(f, simd, layout);
            } else {
                vectors(f, simd, layout);
            }
        });
    }

    /** Multiply-adds of a round. */
    static long products(Simd simd, QuantLayout layout) {
        if (simd.tiles()) {
            return (long) TileShape.PRODUCTS * QuantPanel.TOKENS * QuantLayout.ROWS * QuantLayout.BLOCK;
        }
        return simd.pairs(layout)
                ? (long) simd.blockTokens(1, 1) * QuantLayout.ROWS * QuantLayout.BLOCK
                : (long) sums(simd) * groupsOfRound(simd, layout) * QuantLayout.GROUP_BYTES;
    }

    private static void tiles(IrFunction f) {
        TileShape.configure(f);
        for (int register = 0; register < TileShape.REGISTERS; register++) {
            f.callVoid("llvm.x86.tilezero", TileShape.register(register));
        }
        f.loop(Ir.i64(0), f.parameter(0), 1, _ -> {
            for (int product = 0; product < TileShape.PRODUCTS; product++) {
                f.callVoid(
                        "llvm.x86.tdpbssd",
                        TileShape.register(product),
                        TileShape.register(TileShape.activations(0)),
                        TileShape.register(TileShape.weights(0)));
            }
        });
        f.callVoid("llvm.x86.tilerelease");
    }

    private static void pairs(IrFunction f, Simd simd, QuantLayout layout) {
        int tokens = simd.blockTokens(1, 1);
        QuantPanel panel = QuantPanel.of(RowKind.Q8, QuantLayout.BLOCK, 1);
        PairDots dots = new PairDots(f, UnpackedBlock.of(simd, layout), panel, tokens);
        List<Ir> rows = IntStream.range(0, tokens)
                .mapToObj(token -> f.offset(f.parameter(1), WEIGHT_BYTES + (long) token * TOKEN_BYTES))
                .toList();
        dots.widen(Ir.i64(1), rows);
        Ir zero = Ir.zero(Type.I32.times(QuantLayout.ROWS));
        List<Ir> sums =
                f.rolledLoop(Ir.i64(0), f.parameter(0), Ir.i64(1), Collections.nCopies(tokens, zero), (_, carried) -> {
                    List<Ir> products = dots.dots(Ir.i64(0), f.parameter(1), rows);
                    return IntStream.range(0, tokens)
                            .mapToObj(token -> f.add(carried.get(token), products.get(token)))
                            .toList();
                });
        f.store(sums.stream().reduce(f::add).orElseThrow(), f.parameter(1));
    }

    /** As many sums as kernels hold in registers; more where a sum would otherwise wait for the one before. */
    private static int sums(Simd simd) {
        return Math.min(MOST_SUMS, simd.dot().blockSums() * simd.dot().chains());
    }

    /** One where activations are shared: of several groups at once LLVM reads more activations ahead than there are registers. */
    private static int groupsOfRound(Simd simd, QuantLayout layout) {
        return simd.rowTiles() > 1 ? 1 : Math.min(2, simd.dot().groupsOfRound(layout.largestByte()));
    }

    private static void vectors(IrFunction f, Simd simd, QuantLayout layout) {
        int largest = layout.largestByte();
        int round = groupsOfRound(simd, layout);
        List<DotProduct.Sum> sums = IntStream.range(0, sums(simd))
                .mapToObj(_ -> simd.dot().start(f, () -> Ir.zero(Type.I32.times(QuantLayout.ROWS)), largest))
                .toList();
        List<Ir> totals =
                f.rolledLoop(Ir.i64(0), f.parameter(0), Ir.i64(1), DotProduct.Sum.carried(sums), (number, carried) -> {
                    DotProduct.Sum.resume(sums, carried);
                    for (int i = 0; i < round; i++) {
                        Ir group = f.and(f.add(f.mul(number, Ir.i64(round)), Ir.i64(i)), Ir.i64(GROUPS - 1));
                        add(f, group, simd, sums);
                    }
                    return DotProduct.Sum.carried(sums);
                });
        DotProduct.Sum.resume(sums, totals);
        Ir all = sums.stream().map(DotProduct.Sum::total).reduce(f::add).orElseThrow();
        f.store(all, f.parameter(1));
    }

    private static void add(IrFunction f, Ir group, Simd simd, List<DotProduct.Sum> sums) {
        int tiles = simd.rowTiles();
        List<Ir> weights = IntStream.range(0, tiles)
                .mapToObj(tile -> f.and(f.add(group, Ir.i64(tile)), Ir.i64(GROUPS - 1)))
                .map(tile -> f.load(
                        Type.I8.times(QuantLayout.GROUP_BYTES),
                        f.offset(f.parameter(1), f.mul(tile, Ir.i64(QuantLayout.GROUP_BYTES)))))
                .toList();
        Ir columns = f.word(f.offset(f.parameter(1), WEIGHT_BYTES), group);
        for (int sum = 0; sum < sums.size(); sum++) {
            Ir x = f.load(Type.I32, columns, (long) sum / tiles * TOKEN_BYTES);
            sums.get(sum).add(weights.get(sum % tiles), f.splat(x, QuantLayout.ROWS));
        }
    }
}
