package dev.lockstep.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Unaligned little-endian access, which is how every block type stores its fields. */
final class LittleEndian {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    static int int8(MemorySegment source, long at) {
        return source.get(ValueLayout.JAVA_BYTE, at);
    }

    static int uint8(MemorySegment source, long at) {
        return source.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    static int uint16(MemorySegment source, long at) {
        return source.get(SHORT, at) & 0xffff;
    }

    static int int32(MemorySegment source, long at) {
        return source.get(INT, at);
    }

    static float float16(MemorySegment source, long at) {
        return Float.float16ToFloat(source.get(SHORT, at));
    }

    static float bfloat16(MemorySegment source, long at) {
        return Float.intBitsToFloat(source.get(SHORT, at) << 16);
    }

    static float float32(MemorySegment source, long at) {
        return source.get(FLOAT, at);
    }

    static void putInt8(MemorySegment target, long at, int value) {
        target.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    /** Sets those bits of a byte that are set in the low byte of {@code bits}. */
    static void setBits(MemorySegment target, long at, int bits) {
        target.set(ValueLayout.JAVA_BYTE, at, (byte) (target.get(ValueLayout.JAVA_BYTE, at) | bits));
    }

    static void putInt16(MemorySegment target, long at, int value) {
        target.set(SHORT, at, (short) value);
    }

    static void putInt64(MemorySegment target, long at, long value) {
        target.set(LONG, at, value);
    }

    static void putFloat16(MemorySegment target, long at, float value) {
        target.set(SHORT, at, Float.floatToFloat16(value));
    }

    /** The nearest bfloat16; of two, the one with an even last bit. */
    static void putBfloat16(MemorySegment target, long at, float value) {
        int bits = Float.floatToRawIntBits(value);
        target.set(SHORT, at, (short) (bits + 0x7fff + (bits >>> 16 & 1) >> 16));
    }

    static void putFloat32(MemorySegment target, long at, float value) {
        target.set(FLOAT, at, value);
    }

    /** Turns each -128 among 8 bytes into -127. */
    static void replaceLowestInt8(MemorySegment target, long at) {
        long bytes = target.get(LONG, at);
        long zeroWhereLowest = bytes ^ 0x8080808080808080L;
        long low7 = 0x7f7f7f7f7f7f7f7fL;
        long lowest = ~((zeroWhereLowest & low7) + low7 | zeroWhereLowest | low7) >>> 7;
        target.set(LONG, at, bytes | lowest);
    }
}
