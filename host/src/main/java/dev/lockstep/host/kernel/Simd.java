package dev.lockstep.host.kernel;

import dev.lockstep.host.cpu.CpuFeature;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.QuantLayout;

/**
 * What kernels need to know of a target.
 *
 * @param target the processor
 * @param dot its integer dot product
 * @param half its half-float conversions
 * @param table its byte table look-up
 */
public record Simd(Target target, DotProduct dot, HalfFloat half, TableLookup table) {
    public static Simd of(Target target) {
        return new Simd(target, DotProduct.of(target), HalfFloat.of(target), TableLookup.of(target));
    }

    /** Whether products with several tokens are made of tiles, by {@link TileProducts}, not by {@link #dot}. */
    boolean tiles() {
        return wide() && target.has(CpuFeature.AMX_INT8);
    }

    /**
     * What of a core's second-level cache activations may fill: half of the smallest in use, which are 2 MB where there are tiles, and 1 MB where vectors
     * of 512 bits multiply bytes (servers, and Zen 4 and 5).
     */
    int cacheBytes() {
        return tiles() ? 1 << 20 : wideVnni() ? 512 << 10 : 256 << 10;
    }

    /**
     * How far ahead products straight from packed weights ask for them; tiles are what tells the processors apart that were measured.
     *
     * @param planes of the activations
     */
    ReadAhead readAhead(int planes) {
        return tiles() || planes > 1 ? ReadAhead.FAR : ReadAhead.NEAR;
    }

    /** The same for such weights and activations. Of units of several blocks each block reads the scales in front again, which hides from the processor what comes. */
    ReadAhead readAhead(QuantLayout layout, QuantPanel panel) {
        boolean foreseen = layout.blocks() == 1 && (layout.lowBits() == 8 || panel.planes() > 1) && panel.tokens() == 1;
        return zen5() && foreseen ? ReadAhead.NEXT_PAGE : readAhead(panel.planes());
    }

    /** Zen 4 has no {@code AVX_VNNI}, and Xeons that have it have tiles. */
    private boolean zen5() {
        return wide() && target.has(CpuFeature.AVX_VNNI) && !tiles();
    }

    /** Whether {@link PairDots} multiply these weights where there are several tokens. */
    boolean pairs(QuantLayout layout) {
        return dot.pairsBytes() && layout.signedBytes() && layout.parts() == 1;
    }

    /** Whether products with halves of blocks of such weights are {@linkplain DotProduct#startHalf sums of 16 bits}. */
    boolean halvesIn16Bits(QuantLayout layout) {
        return dot.sumsHalvesIn16Bits() && layout.parts() == 2 && !layout.signedBytes();
    }

    /** Tiles of 16 rows that share activations in {@link BlockProducts}; a power of two. */
    int rowTiles() {
        return dot.rowTiles();
    }

    /** Whether there are registers for the dot products of two blocks at once in {@link BlockProducts}. */
    boolean overlapsBlocks(QuantLayout layout) {
        return wideVnni() && layout.parts() == 1;
    }

    /** Tokens whose sums with so many tiles {@link BlockProducts} keeps in registers; a power of two. */
    int blockTokens(int planes, int tiles) {
        return Math.max(1, dot.blockSums() / tiles / planes);
    }

    /** Where a share of the tokens may begin in a panel: {@link BlockProducts} take tokens of one panel at once, {@link TileProducts} all of them. */
    int tokenGroup() {
        return tiles() ? QuantPanel.TOKENS : blockTokens(1, rowTiles());
    }

    /**
     * Up to so many tokens are multiplied with weights straight from their packed form. That is how memory is asked for them best, and takes more arithmetic than {@link UnpackKernel} and
     * {@link BlockProducts}: it pays as long as memory is the limit. With AVX2 more than four tokens take as long one way as the other, but where bytes would be unpacked to twice
     * as many; and units of several blocks come from memory more slowly so.
     */
    int straightTokens(QuantLayout layout) {
        return switch (dot) {
            case DotProduct.Vnni vnni when vnni.registerLanes() == 16 -> dot.blockSums();
            case DotProduct.Maddubs _ -> pairs(layout) ? 8 : layout.blocks() == 1 ? 4 : 2;
            default -> 0;
        };
    }

    /** Tokens that such a product takes at once, with registers for dot products and what is being unpacked, and for sums unless there are few; a power of two. */
    int quantTokens(int planes) {
        return dot instanceof DotProduct.Maddubs ? 4 / planes : blockTokens(planes, 1);
    }

    /** Tokens that a product with floats takes at once; a power of two. */
    public int floatTokens() {
        return dot instanceof DotProduct.Portable ? 1 : wide() ? 8 : 4;
    }

    /** Sums of 16 floats that are held in registers at once, beside what they are made of. */
    int sums() {
        return switch (target.architecture()) {
            case X86_64 -> wide() ? 24 : target.has(CpuFeature.AVX2) ? 6 : 3;
            case AARCH64 -> 6;
        };
    }

    /** Whether vectors of 512 bits multiply bytes. */
    private boolean wideVnni() {
        return dot.equals(new DotProduct.Vnni(16));
    }

    private boolean wide() {
        return target.has(CpuFeature.AVX512F);
    }

    /**
     * LLVM function attributes that go with the target. With 16 registers of 32 bytes some sums are on the stack, which LLVM aligns to 16 bytes unless told: where every other one lay in two cache
     * lines, products took half as long again.
     */
    public String functionAttributes() {
        return wide()
                ? "\"prefer-vector-width\"=\"512\" \"min-legal-vector-width\"=\"512\""
                : target.has(CpuFeature.AVX2) ? "alignstack=32" : "";
    }

    /** Lets a spinning core rest. */
    void pause(IrFunction f) {
        switch (target.architecture()) {
            case X86_64 -> f.callVoid("llvm.x86.sse2.pause");
            case AARCH64 -> f.callVoid("llvm.aarch64.hint", Ir.constant(Type.I32, 1));
        }
    }
}
