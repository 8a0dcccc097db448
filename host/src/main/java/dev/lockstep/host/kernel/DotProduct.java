package dev.lockstep.host.kernel;

import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Integer dot products of weight groups and activations: each 32-bit lane holds 4 columns of one row. All variants give
 * the same exact sums; they differ in the instructions they use.
 */
sealed interface DotProduct {
    /** Whether 8-bit weights must come biased by 128, as unsigned bytes, rather than signed. */
    boolean biasesBytes();

    /**
     * Starts a sum.
     *
     * @param init i32 vector to start from
     * @param maxWeight weights are 0 to maxWeight, or any signed byte (any biased byte if {@link #biasesBytes}) if it is 255
     */
    Sum start(IrFunction f, Ir init, int maxWeight);

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
        public Sum start(IrFunction f, Ir init, int maxWeight) {
            Type register = Type.I32.times(registerLanes);
            String intrinsic = "llvm.x86.avx512.vpdpbusd." + 32 * registerLanes;
            return new Folded(
                    f,
                    init,
                    (sum, w, x) -> Pieces.map(
                            f,
                            registerLanes,
                            init.type().lanes(),
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
        public Sum start(IrFunction f, Ir init, int maxWeight) {
            return new Folded(
                    f,
                    init,
                    (sum, w, x) -> Pieces.map(
                            f,
                            4,
                            init.type().lanes(),
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

        @Override
        public boolean biasesBytes() {
            return false;
        }

        @Override
        public Sum start(IrFunction f, Ir init, int maxWeight) {
            int lanes = init.type().lanes();
            boolean signed = maxWeight == 255;
            int groupsIn16Bits = signed ? 1 : Math.max(1, Short.MAX_VALUE / (2 * maxWeight * 127));
            return new Sum() {
                private Ir sum = init;
                private List<Ir> shorts = List.of();
                private int groups;

                @Override
                public void add(Ir weights, Ir x) {
                    List<Ir> products = new ArrayList<>();
                    for (int piece = 0; piece < lanes / LANES; piece++) {
                        Ir w = f.slice(weights, piece * 4 * LANES, 4 * LANES);
                        Ir a = f.bitcast(f.slice(x, piece * LANES, LANES), BYTES);
                        if (signed) {
                            a = f.call("llvm.x86.avx2.psign.b", BYTES, a, w);
                            w = f.call("llvm.abs.v32i8", BYTES, w, new Ir(Type.I1, "false"));
                        }
                        Ir product = f.call("llvm.x86.avx2.pmadd.ub.sw", SHORTS, w, a);
                        products.add(groups == 0 ? product : f.add(shorts.get(piece), product));
                    }
                    shorts = products;
                    if (++groups == groupsIn16Bits) {
                        widen();
                    }
                }

                private void widen() {
                    Ir ones = Ir.constant(SHORTS, 1);
                    List<Ir> ints = shorts.stream()
                            .map(s -> f.call("llvm.x86.avx2.pmadd.wd", INTS, s, ones))
                            .toList();
                    sum = f.add(sum, f.concat(ints));
                    groups = 0;
                }

                @Override
                public Ir total() {
                    if (groups > 0) {
                        widen();
                    }
                    return sum;
                }
            };
        }
    }

    /** Plain integer arithmetic, for machines without any of the above. */
    record Portable() implements DotProduct {
        @Override
        public boolean biasesBytes() {
            return false;
        }

        @Override
        public Sum start(IrFunction f, Ir init, int maxWeight) {
            int lanes = init.type().lanes();
            return new Folded(f, init, (sum, w, x) -> {
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

        Folded(IrFunction f, Ir init, Step step) {
            this.sum = init;
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
    }

    /** Cuts wide vectors into registers and puts results side by side. */
    final class Pieces {
        /** One register's part of a vector, whatever the width of its elements. */
        interface Part {
            Ir of(Ir whole);
        }

        private Pieces() {}

        static Ir map(IrFunction f, int registerLanes, int lanes, java.util.function.Function<Part, Ir> body) {
            int pieces = lanes / registerLanes;
            IntFunction<Ir> piece = p -> body.apply(whole -> {
                int width = whole.type().lanes() / pieces;
                return f.slice(whole, p * width, width);
            });
            return f.concat(IntStream.range(0, pieces).mapToObj(piece).toList());
        }
    }
}
