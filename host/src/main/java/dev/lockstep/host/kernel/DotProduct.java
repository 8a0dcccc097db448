package dev.lockstep.host.kernel;

import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Integer dot products of weight groups and activations: each 32-bit lane holds 4 columns of one row. All variants give
 * the same exact sums; they differ in the instructions they use.
 */
sealed interface DotProduct {
    /** Whether 8-bit weights must come biased by 128, as unsigned bytes, rather than signed. */
    boolean biasesBytes();

    /** Whether {@link PairDots} are faster for signed bytes. */
    default boolean pairsBytes() {
        return false;
    }

    /**
     * Whether the dot products of half blocks with weights that are no signed bytes are summed in 16 bits, two of which are a lane: then each has its own bias, and a half's scale is
     * multiplied with them as they are widened.
     */
    default boolean sumsHalvesIn16Bits() {
        return false;
    }

    /** How many sums of 16 rows, and as many dot products of a block, fit in registers; a power of two. */
    int blockSums();

    /**
     * Tiles of 16 rows that share activations which are in a register, so that their sums are {@link #blockSums} together; a power of two. With one tile
     * every product reads an activation, and processors read no more vectors in a cycle than they multiply.
     */
    default int rowTiles() {
        return 1;
    }

    /**
     * Starts a sum.
     *
     * @param init gives the i32 vector to start from, once it is needed
     * @param maxWeight weights are 0 to maxWeight, or any signed byte (any biased byte if {@link #biasesBytes}) if it is 255
     */
    Sum start(IrFunction f, Supplier<Ir> init, int maxWeight);

    /**
     * Starts a sum over half a block, where {@link #sumsHalvesIn16Bits}.
     *
     * @param init gives the i32 vector that the scaled sum is added to, once it is needed
     * @param bias of half as many columns in each 16 bits, such that each of these sums fits
     * @param scale two 16-bit integers in a lane, equal
     */
    default Sum startHalf(IrFunction f, Supplier<Ir> init, Supplier<Ir> bias, Ir scale) {
        throw new UnsupportedOperationException("halves are summed in 32 bits");
    }

    /** A 16-bit integer twice in each lane. */
    static Ir pairs(Type lanes, int value) {
        return Ir.constant(lanes, value << Short.SIZE | value & 0xFFFF);
    }

    /** Sums that a kernel for one token should alternate between, so that it waits less for the multiplier's results. */
    default int chains() {
        return 1;
    }

    /**
     * Groups that a round of a loop over the groups of a block should add: few where registers are few, lest the compiler orders
     * what it sees at once such that they do not suffice. A power of two.
     */
    int groupsOfRound(int maxWeight);

    /** A running sum. */
    interface Sum {
        /**
         * Adds one group.
         *
         * @param weights bytes, four per lane
         * @param x i32 vector, 4 signed activations in each lane
         */
        void add(Ir weights, Ir x);

        /** The total, an i32 vector. */
        Ir total();

        /** What a loop over groups has to carry from round to round. */
        List<Ir> carried();

        /** Goes on from carried values. */
        void resume(List<Ir> carried);

        /** What a loop has to carry of several sums. */
        static List<Ir> carried(List<Sum> sums) {
            return sums.stream().flatMap(sum -> sum.carried().stream()).toList();
        }

        /** Lets several sums go on. */
        static void resume(List<Sum> sums, List<Ir> carried) {
            int from = 0;
            for (Sum sum : sums) {
                int count = sum.carried().size();
                sum.resume(carried.subList(from, from + count));
                from += count;
            }
        }
    }

    /** The best variant for a target. */
    static DotProduct of(Target target) {
        if (target.has(CpuFeature.AVX512_VNNI) && target.has(CpuFeature.AVX512BW) && target.has(CpuFeature.AVX512VL)) {
            return new Vnni(16);
        }
        if (target.has(CpuFeature.AVX_VNNI)) {
            return new Vnni(8);
        }
        if (target.has(CpuFeature.AVX2)) {
            return new Maddubs();
        }
        if (target.has(CpuFeature.DOTPROD)) {
            return new Sdot();
        }
        return new Portable();
    }

    /** vpdpbusd: unsigned by signed bytes, four products added to an i32 at once. */
    record Vnni(int registerLanes) implements DotProduct {
        @Override
        public boolean biasesBytes() {
            return true;
        }

        @Override
        public int blockSums() {
            return registerLanes == 16 ? 8 : 2;
        }

        @Override
        public int rowTiles() {
            return registerLanes == 16 ? 2 : 1;
        }

        @Override
        public int chains() {
            return 2;
        }

        @Override
        public int groupsOfRound(int maxWeight) {
            return registerLanes == 16 ? QuantLayout.GROUPS : 1;
        }

        @Override
        public Sum start(IrFunction f, Supplier<Ir> init, int maxWeight) {
            Type register = Type.I32.times(registerLanes);
            String intrinsic = "llvm.x86.avx512.vpdpbusd." + 32 * registerLanes;
            return new Folded(
                    init.get(),
                    (sum, w, x) -> Pieces.map(
                            f,
                            registerLanes,
                            sum.type().lanes(),
                            i -> f.call(intrinsic, register, i.of(sum), f.bitcast(i.of(w), register), i.of(x))));
        }
    }

    /** sdot: signed by signed bytes, four products added to an i32 at once. */
    record Sdot() implements DotProduct {
        @Override
        public boolean biasesBytes() {
            return false;
        }

        @Override
        public int blockSums() {
            return 2;
        }

        @Override
        public int chains() {
            return 2;
        }

        @Override
        public int groupsOfRound(int maxWeight) {
            return 1;
        }

        @Override
        public Sum start(IrFunction f, Supplier<Ir> init, int maxWeight) {
            return new Folded(
                    init.get(),
                    (sum, w, x) -> Pieces.map(
                            f,
                            4,
                            sum.type().lanes(),
                            i -> f.call(
                                    "llvm.aarch64.neon.sdot.v4i32.v16i8",
                                    Type.I32.times(4),
                                    i.of(sum),
                                    i.of(w),
                                    f.bitcast(i.of(x), Type.I8.times(16)))));
        }
    }

    /**
     * vpmaddubsw: unsigned by signed bytes, pairs of products added to 16 bits with saturation, which must never happen. Small
     * weights are summed in 16 bits over as many groups as fit, then widened; signed bytes become |w| times x with w's sign.
     */
    record Maddubs() implements DotProduct {
        private static final int LANES = 8;
        private static final Type BYTES = Type.I8.times(4 * LANES);
        private static final Type SHORTS = Type.I16.times(2 * LANES);
        private static final Type INTS = Type.I32.times(LANES);
        private static final Ir ONES = pairs(Type.I32.times(QuantLayout.ROWS), 1);

        @Override
        public boolean biasesBytes() {
            return false;
        }

        @Override
        public boolean pairsBytes() {
            return true;
        }

        @Override
        public boolean sumsHalvesIn16Bits() {
            return true;
        }

        @Override
        public int blockSums() {
            return 4;
        }

        @Override
        public int groupsOfRound(int maxWeight) {
            int groups = groupsIn16Bits(maxWeight);
            return maxWeight == 255 ? 2 : groups >= QuantLayout.GROUPS ? QuantLayout.GROUPS : Math.min(4, groups);
        }

        private static int groupsIn16Bits(int maxWeight) {
            return maxWeight == 255 ? 1 : Math.max(1, Short.MAX_VALUE / (2 * maxWeight * 127));
        }

        @Override
        public Sum start(IrFunction f, Supplier<Ir> init, int maxWeight) {
            return new Widened(f, init, Optional.empty(), ONES, maxWeight == 255, groupsIn16Bits(maxWeight));
        }

        @Override
        public Sum startHalf(IrFunction f, Supplier<Ir> init, Supplier<Ir> bias, Ir scale) {
            return new Widened(f, init, Optional.of(bias), scale, false, QuantLayout.GROUPS / 2);
        }

        /** Everything is made when it is needed, and added {@linkplain IrFunction#inOrder in this order}, so that no more is in registers. */
        private static final class Widened implements Sum {
            private final IrFunction f;
            private final Supplier<Ir> init;
            private final Optional<Supplier<Ir>> bias;
            private final Ir scale;
            private final boolean signed;
            private final int groupsIn16Bits;
            private List<Ir> sums = List.of();
            private List<Ir> shorts = List.of();
            private int groups;

            Widened(
                    IrFunction f,
                    Supplier<Ir> init,
                    Optional<Supplier<Ir>> bias,
                    Ir scale,
                    boolean signed,
                    int groupsIn16Bits) {
                this.f = f;
                this.init = init;
                this.bias = bias;
                this.scale = scale;
                this.signed = signed;
                this.groupsIn16Bits = groupsIn16Bits;
            }

            private List<Ir> pieces(Ir lanes) {
                return IntStream.range(0, lanes.type().lanes() / LANES)
                        .mapToObj(piece -> f.slice(lanes, piece * LANES, LANES))
                        .toList();
            }

            private List<Ir> sums() {
                if (sums.isEmpty()) {
                    sums = pieces(init.get());
                }
                return sums;
            }

            private List<Ir> shorts() {
                if (shorts.isEmpty()) {
                    shorts = pieces(bias.map(Supplier::get).orElse(Ir.zero(scale.type()))).stream()
                            .map(piece -> f.bitcast(piece, SHORTS))
                            .toList();
                }
                return shorts;
            }

            @Override
            public void add(Ir weights, Ir x) {
                List<Ir> before = shorts();
                List<Ir> next = new ArrayList<>();
                for (int piece = 0; piece < before.size(); piece++) {
                    Ir w = f.slice(weights, piece * 4 * LANES, 4 * LANES);
                    Ir a = f.bitcast(f.slice(x, piece * LANES, LANES), BYTES);
                    if (signed) {
                        a = f.call("llvm.x86.avx2.psign.b", BYTES, a, w);
                        w = f.call("llvm.abs.v32i8", BYTES, w, new Ir(Type.I1, "false"));
                    }
                    Ir products = f.call("llvm.x86.avx2.pmadd.ub.sw", SHORTS, w, a);
                    next.add(groupsIn16Bits == 1 ? products : f.inOrder(f.add(before.get(piece), products)));
                }
                shorts = next;
                if (++groups == groupsIn16Bits) {
                    widen();
                }
            }

            private void widen() {
                List<Ir> scales = pieces(scale);
                List<Ir> before = sums();
                List<Ir> next = new ArrayList<>();
                for (int piece = 0; piece < before.size(); piece++) {
                    Ir ints = f.call(
                            "llvm.x86.avx2.pmadd.wd", INTS, shorts.get(piece), f.bitcast(scales.get(piece), SHORTS));
                    next.add(f.inOrder(f.add(before.get(piece), ints)));
                }
                sums = next;
                shorts = List.of();
                groups = 0;
            }

            @Override
            public Ir total() {
                if (groups > 0) {
                    widen();
                }
                return f.concat(sums());
            }

            @Override
            public List<Ir> carried() {
                return Stream.concat(sums().stream(), shorts().stream()).toList();
            }

            @Override
            public void resume(List<Ir> carried) {
                int pieces = carried.size() / 2;
                sums = carried.subList(0, pieces);
                shorts = carried.subList(pieces, carried.size());
            }
        }
    }

    /** Plain integer arithmetic, for machines without any of the above. */
    record Portable() implements DotProduct {
        @Override
        public boolean biasesBytes() {
            return false;
        }

        @Override
        public int blockSums() {
            return 1;
        }

        @Override
        public int groupsOfRound(int maxWeight) {
            return 1;
        }

        @Override
        public Sum start(IrFunction f, Supplier<Ir> init, int maxWeight) {
            return new Folded(init.get(), (sum, w, x) -> {
                int lanes = sum.type().lanes();
                Ir bytes = f.bitcast(x, Type.I8.times(4 * lanes));
                Ir total = sum;
                for (int column = 0; column < 4; column++) {
                    int first = column;
                    int[] every4th = IntStream.range(0, lanes)
                            .map(lane -> 4 * lane + first)
                            .toArray();
                    Ir weight = f.shuffle(w, w, every4th);
                    Ir wide = maxWeight == 255 ? f.sext(weight, Type.I32) : f.zext(weight, Type.I32);
                    total = f.add(total, f.mul(wide, f.sext(f.shuffle(bytes, bytes, every4th), Type.I32)));
                }
                return total;
            });
        }
    }

    /** A sum that is one i32 vector, replaced by each group. */
    final class Folded implements Sum {
        interface Step {
            Ir next(Ir sum, Ir weights, Ir x);
        }

        private final Step step;
        private Ir sum;

        Folded(Ir sum, Step step) {
            this.sum = sum;
            this.step = step;
        }

        @Override
        public void add(Ir weights, Ir x) {
            sum = step.next(sum, weights, x);
        }

        @Override
        public Ir total() {
            return sum;
        }

        @Override
        public List<Ir> carried() {
            return List.of(sum);
        }

        @Override
        public void resume(List<Ir> carried) {
            sum = carried.getFirst();
        }
    }

    /** Cuts wide vectors into registers and puts results side by side. */
    final class Pieces {
        /** One register's part of a vector, whatever the width of its elements. */
        interface Part {
            Ir of(Ir whole);
        }

        private Pieces() {}

        static Ir map(IrFunction f, int registerLanes, int lanes, Function<Part, Ir> body) {
            int pieces = lanes / registerLanes;
            IntFunction<Ir> piece = p -> body.apply(whole -> {
                int width = whole.type().lanes() / pieces;
                return f.slice(whole, p * width, width);
            });
            return f.concat(IntStream.range(0, pieces).mapToObj(piece).toList());
        }
    }
}
