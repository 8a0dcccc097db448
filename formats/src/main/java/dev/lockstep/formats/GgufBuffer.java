package dev.lockstep.formats;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The header of a GGUF file as it grows; little-endian. */
final class GgufBuffer {
    private ByteBuffer bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

    GgufBuffer int8(int value) {
        room(1).put((byte) value);
        return this;
    }

    GgufBuffer int16(int value) {
        room(2).putShort((short) value);
        return this;
    }

    GgufBuffer int32(int value) {
        room(4).putInt(value);
        return this;
    }

    GgufBuffer int64(long value) {
        room(8).putLong(value);
        return this;
    }

    GgufBuffer string(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return int64(utf8.length).bytes(utf8, 0, utf8.length);
    }

    /** Bytes as they are. */
    GgufBuffer bytes(byte[] source, int from, int count) {
        room(count).put(source, from, count);
        return this;
    }

    GgufBuffer type(GgufValueType type) {
        return int32(type.ggufNumber());
    }

    GgufBuffer array(GgufValueType elementType, long count) {
        return type(GgufValueType.ARRAY).type(elementType).int64(count);
    }

    /** The low bits of {@code value} in the width of an integer type or bool. */
    GgufBuffer integer(GgufValueType type, long value) {
        return switch (type) {
            case UINT8, INT8, BOOL -> int8((int) value);
            case UINT16, INT16 -> int16((int) value);
            case UINT32, INT32 -> int32((int) value);
            case UINT64, INT64 -> int64(value);
            case FLOAT32, FLOAT64, STRING, ARRAY -> throw new IllegalArgumentException(type + " is no integer type");
        };
    }

    /** Everything written, with zeros up to a multiple of {@code alignment}. */
    ByteBuffer finish(int alignment) {
        int padding = -bytes.position() & (alignment - 1);
        room(padding).put(new byte[padding]);
        return bytes.duplicate().flip();
    }

    private ByteBuffer room(int count) {
        if (bytes.remaining() < count) {
            int needed = Math.addExact(bytes.position(), count);
            ByteBuffer larger = ByteBuffer.allocate((int) Math.min(Integer.MAX_VALUE - 8, 2L * needed))
                    .order(ByteOrder.LITTLE_ENDIAN);
            bytes = larger.put(bytes.flip());
        }
        return bytes;
    }
}
