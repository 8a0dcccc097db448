package dev.lockstep.formats;

import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * One GGUF file, understood completely: header, metadata, tensor directory and where the tensor data lies.
 *
 * <pre>
 *   0   "GGUF"
 *   4   uint32  version
 *   8   uint64  number of tensors
 *  16   uint64  number of metadata entries
 *  24   entries:  string key, uint32 type, value
 *       tensors:  string name, uint32 dimensions, uint64 each dimension, uint32 type, uint64 offset in the data
 *       zeros up to a multiple of general.alignment
 *       data
 * </pre>
 */
record GgufPart(String file, int version, int alignment, Metadata metadata, SequencedMap<String, Tensor> tensors) {
    static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
    static final String ALIGNMENT_KEY = "general.alignment";
    static final int DEFAULT_ALIGNMENT = 32;
    static final int DIMENSIONS = 4;

    private static final int SMALLEST_ENTRY = Long.BYTES + 1 + Integer.BYTES + 1;
    private static final int SMALLEST_TENSOR = Long.BYTES + 1 + Integer.BYTES + Long.BYTES + Integer.BYTES + Long.BYTES;

    /** @param bytes the whole file; the tensors are slices of it */
    static GgufPart read(String file, MemorySegment bytes) {
        GgufCursor cursor = new GgufCursor(file, bytes);
        int version = readVersion(cursor);
        int tensorCount = cursor.count("tensor count", GgufLimits.TENSORS, SMALLEST_TENSOR);
        int entryCount = cursor.count("metadata count", GgufLimits.METADATA_ENTRIES, SMALLEST_ENTRY);

        LinkedHashMap<String, GgufEntry> entries = new LinkedHashMap<>();
        for (int i = 0; i < entryCount; i++) {
            readEntry(cursor, entries);
            cursor.limitHeader();
        }
        byte[] header = bytes.asSlice(0, cursor.position()).toArray(ValueLayout.JAVA_BYTE);
        Metadata metadata = new GgufMetadata(file, header, entries);
        int alignment = readAlignment(cursor, metadata, entries);

        return new GgufPart(
                file, version, alignment, metadata, GgufTensors.read(cursor, bytes, tensorCount, alignment));
    }

    private static int readVersion(GgufCursor cursor) {
        int magic = cursor.int32("magic");
        if (magic != MAGIC) {
            throw cursor.failure(
                    "magic",
                    0,
                    String.format("is 0x%08x instead of \"GGUF\"", Integer.reverseBytes(magic)),
                    "give a GGUF model file");
        }
        long at = cursor.position();
        int version = cursor.int32("version");
        if (version == 2 || version == 3) {
            return version;
        }
        int swapped = Integer.reverseBytes(version);
        throw swapped >= 1 && swapped <= 0xffff
                ? cursor.failure(
                        "version",
                        at,
                        "the file is big-endian, made for another kind of machine",
                        "convert the model again as little-endian")
                : cursor.failure(
                        "version",
                        at,
                        "is " + Integer.toUnsignedString(version) + ", this program reads 2 and 3",
                        "convert the model again with a current converter");
    }

    private static void readEntry(GgufCursor cursor, LinkedHashMap<String, GgufEntry> entries) {
        long at = cursor.position();
        String key = cursor.name("metadata key " + entries.size());
        GgufValueType type = readType(cursor, key);
        GgufEntry entry = type == GgufValueType.ARRAY ? readArray(cursor, key, 1) : readSingle(cursor, key, type);
        if (entries.putIfAbsent(key, entry) != null) {
            throw cursor.failure(key, at, "the key occurs twice", GgufCursor.DAMAGED);
        }
    }

    private static GgufValueType readType(GgufCursor cursor, String key) {
        long at = cursor.position();
        long number = cursor.uint32(key);
        return GgufValueType.ofGgufNumber(number)
                .orElseThrow(() -> cursor.failure(key, at, "has the unknown value type " + number, GgufCursor.DAMAGED));
    }

    private static GgufEntry readSingle(GgufCursor cursor, String key, GgufValueType type) {
        long at = cursor.position();
        skipValues(cursor, key, type, 1, 0);
        return new GgufEntry(type, false, 1, at);
    }

    private static GgufEntry readArray(GgufCursor cursor, String key, int depth) {
        if (depth > GgufLimits.ARRAY_DEPTH) {
            throw cursor.failure(
                    key,
                    cursor.position(),
                    "has arrays nested deeper than " + GgufLimits.ARRAY_DEPTH,
                    GgufCursor.DAMAGED);
        }
        GgufValueType type = readType(cursor, key);
        int count = cursor.count(key, GgufLimits.ARRAY_ELEMENTS, type.minimumBytes());
        long at = cursor.position();
        skipValues(cursor, key, type, count, depth);
        return new GgufEntry(type, true, count, at);
    }

    private static void skipValues(GgufCursor cursor, String key, GgufValueType type, int count, int depth) {
        switch (type) {
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, FLOAT32, UINT64, INT64, FLOAT64 ->
                cursor.skip((long) count * type.minimumBytes(), key);
            case STRING -> {
                for (int i = 0; i < count; i++) {
                    cursor.skipString(key, GgufLimits.STRING_BYTES);
                }
            }
            case BOOL -> {
                for (int i = 0; i < count; i++) {
                    byte value = cursor.int8(key);
                    if (value != 0 && value != 1) {
                        throw cursor.failure(
                                key,
                                cursor.position() - 1,
                                "is the bool " + Byte.toUnsignedInt(value) + ", neither 0 nor 1",
                                GgufCursor.DAMAGED);
                    }
                }
            }
            case ARRAY -> {
                for (int i = 0; i < count; i++) {
                    readArray(cursor, key, depth + 1);
                }
            }
        }
    }

    private static int readAlignment(GgufCursor cursor, Metadata metadata, LinkedHashMap<String, GgufEntry> entries) {
        long alignment = metadata.integer(ALIGNMENT_KEY).orElse(DEFAULT_ALIGNMENT);
        if (alignment < 8 || alignment > 1 << 30 || Long.bitCount(alignment) != 1) {
            throw cursor.failure(
                    ALIGNMENT_KEY,
                    entries.get(ALIGNMENT_KEY).offset(),
                    "is " + alignment + ", not a power of two from 8 to 2^30",
                    GgufCursor.DAMAGED);
        }
        return (int) alignment;
    }
}
