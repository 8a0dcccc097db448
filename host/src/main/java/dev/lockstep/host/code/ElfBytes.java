package dev.lockstep.host.code;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The little-endian bytes of an untrusted file: reads anywhere, refuses what lies outside. */
final class ElfBytes {
    private static final ValueLayout.OfShort HALF = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Longer names are no work of our compiler; many of them on the same bytes would multiply the file's size. */
    private static final int MAX_NAME_BYTES = 256;

    private final MemorySegment bytes;

    ElfBytes(byte[] object) {
        bytes = MemorySegment.ofArray(object).asReadOnly();
    }

    long size() {
        return bytes.byteSize();
    }

    int u8(long offset, String what) {
        return slice(offset, 1, what).get(ValueLayout.JAVA_BYTE, 0) & 0xff;
    }

    int u16(long offset, String what) {
        return slice(offset, 2, what).get(HALF, 0) & 0xffff;
    }

    int i32(long offset, String what) {
        return slice(offset, 4, what).get(RelocationType.WORD, 0);
    }

    long i64(long offset, String what) {
        return slice(offset, 8, what).get(RelocationType.LONG_WORD, 0);
    }

    MemorySegment slice(long offset, long size, String what) {
        if (offset < 0 || size < 0 || offset > size() || size > size() - offset) {
            throw new CodeException("The object file is damaged: " + what + " at offset " + offset + " with " + size
                    + " bytes lies outside its " + size() + " bytes.");
        }
        return bytes.asSlice(offset, size);
    }

    /** The zero-terminated name at an offset of a table that spans {@code tableBytes} from {@code table}. */
    String name(long table, long tableBytes, int offset, String what) {
        MemorySegment names = slice(table, tableBytes, what);
        long start = Integer.toUnsignedLong(offset);
        for (long end = start; end < tableBytes && end - start <= MAX_NAME_BYTES; end++) {
            if (names.get(ValueLayout.JAVA_BYTE, end) == 0) {
                byte[] name = names.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE);
                return new String(name, StandardCharsets.UTF_8);
            }
        }
        throw new CodeException("The object file is damaged: " + what + " at offset " + start
                + " of its name table does not end within the table or " + MAX_NAME_BYTES + " bytes.");
    }
}
