package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Reads a message of Protocol Buffers, field by field; after {@link #next} one of the others takes the field's value.
 *
 * <p>Source: "Encoding" in the documentation of Protocol Buffers.
 */
final class ProtobufReader {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private static final int MOST_VARINT = 10;

    private final String origin;
    private final ByteBuffer bytes;
    private int field;
    private int wire;

    /** @param origin where the bytes come from, for messages */
    ProtobufReader(String origin, ByteBuffer bytes) {
        this.origin = origin;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Goes to the next field; false at the end. */
    boolean next() {
        if (!bytes.hasRemaining()) {
            return false;
        }
        long tag = varint();
        field = (int) (tag >>> 3);
        wire = (int) (tag & 7);
        return true;
    }

    int field() {
        return field;
    }

    long integer() {
        require(wire == VARINT);
        return varint();
    }

    float float32() {
        require(wire == FIXED32 && bytes.remaining() >= Float.BYTES);
        return bytes.getFloat();
    }

    String string() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    ProtobufReader message() {
        return new ProtobufReader(origin, bytes());
    }

    ByteBuffer bytes() {
        require(wire == LENGTH);
        return take(varint());
    }

    void skip() {
        switch (wire) {
            case VARINT -> varint();
            case FIXED64 -> take(Long.BYTES);
            case LENGTH -> bytes();
            case FIXED32 -> take(Integer.BYTES);
            default -> require(false);
        }
    }

    private ByteBuffer take(long length) {
        require(length >= 0 && length <= bytes.remaining());
        ByteBuffer taken = bytes.slice(bytes.position(), (int) length);
        bytes.position(bytes.position() + (int) length);
        return taken;
    }

    private long varint() {
        long value = 0;
        for (int i = 0; i < MOST_VARINT; i++) {
            require(bytes.hasRemaining());
            byte next = bytes.get();
            value |= (next & 0x7fL) << 7 * i;
            if (next >= 0) {
                return value;
            }
        }
        throw damaged();
    }

    private void require(boolean condition) {
        if (!condition) {
            throw damaged();
        }
    }

    private FormatException damaged() {
        return new FormatException(origin + ": is not a vocabulary of SentencePiece (at byte " + bytes.position()
                + "); download the model again");
    }
}
