package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;

/** Types whose elements stand alone, one number each: float32, float16 and bfloat16 (the upper half of a float32). */
final class PlainFloats {
    static final BlockCodec F32 =
            new BlockCodec(PlainFloats::copyFloat32, (source, at) -> Float.isFinite(LittleEndian.float32(source, at)));
    static final BlockCodec F16 =
            new BlockCodec(PlainFloats::widenFloat16, (source, at) -> Float.isFinite(LittleEndian.float16(source, at)));
    static final BlockCodec BF16 = new BlockCodec(
            PlainFloats::widenBfloat16, (source, at) -> Float.isFinite(LittleEndian.bfloat16(source, at)));

    private PlainFloats() {}

    private static void copyFloat32(MemorySegment source, long first, float[] target, int at, int elements) {
        MemorySegment.copy(source, LittleEndian.FLOAT, first, target, at, elements);
    }

    private static void widenFloat16(MemorySegment source, long first, float[] target, int at, int elements) {
        for (int i = 0; i < elements; i++) {
            target[at + i] = LittleEndian.float16(source, first + 2L * i);
        }
    }

    private static void widenBfloat16(MemorySegment source, long first, float[] target, int at, int elements) {
        for (int i = 0; i < elements; i++) {
            target[at + i] = LittleEndian.bfloat16(source, first + 2L * i);
        }
    }
}
