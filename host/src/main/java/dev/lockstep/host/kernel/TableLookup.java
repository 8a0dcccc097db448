package dev.lockstep.host.kernel;

import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Looks bytes up in a table of 16.
 *
 * @param intrinsic the byte shuffle of the target, empty if there is none
 * @param registerBytes bytes that it shuffles at once, in independent parts of 16
 */
record TableLookup(String intrinsic, int registerBytes) {
    static TableLookup of(Target target) {
        if (target.has(CpuFeature.AVX512BW)) {
            return new TableLookup("llvm.x86.avx512.pshuf.b.512", 64);
        }
        if (target.has(CpuFeature.AVX2)) {
            return new TableLookup("llvm.x86.avx2.pshuf.b", 32);
        }
        if (target.has(CpuFeature.SSSE3)) {
            return new TableLookup("llvm.x86.ssse3.pshuf.b.128", 16);
        }
        if (target.has(CpuFeature.NEON)) {
            return new TableLookup("llvm.aarch64.neon.tbl1.v16i8", 16);
        }
        return new TableLookup("", 0);
    }

    /**
     * @param table 16 values of a byte
     * @param indices i8 vector of 0 to 15
     */
    Ir lookUp(IrFunction f, int[] table, Ir indices) {
        if (intrinsic.isEmpty()) {
            return selectByBits(f, table, indices);
        }
        int bytes = Math.min(registerBytes, indices.type().lanes());
        Ir register = f.vector(
                Type.I8, IntStream.range(0, bytes).map(i -> table[i % 16]).toArray());
        return DotProduct.Pieces.map(
                f,
                bytes,
                indices.type().lanes(),
                part -> f.call(intrinsic, Type.I8.times(bytes), register, part.of(indices)));
    }

    /** A tree of selections, one level per bit of the index. */
    private static Ir selectByBits(IrFunction f, int[] table, Ir indices) {
        List<Ir> candidates = new ArrayList<>();
        for (int value : table) {
            candidates.add(Ir.constant(indices.type(), value));
        }
        for (int bit = 1; bit < 16; bit *= 2) {
            Ir set = f.icmp("ne", f.and(indices, Ir.constant(indices.type(), bit)), Ir.constant(indices.type(), 0));
            List<Ir> half = new ArrayList<>();
            for (int i = 0; i < candidates.size(); i += 2) {
                half.add(f.select(set, candidates.get(i + 1), candidates.get(i)));
            }
            candidates = half;
        }
        return candidates.getFirst();
    }
}
