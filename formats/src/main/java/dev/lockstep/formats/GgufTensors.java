package dev.lockstep.formats;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** The tensor directory of a GGUF file: what each record claims is checked before a tensor is cut out of the data. */
final class GgufTensors {
    private static final String UNSUPPORTED = "convert the model to a common type such as Q4_0, Q4_K, Q8_0 or F16";

    private GgufTensors() {}

    /**
     * A record of the directory.
     *
     * @param at byte of the file where the record begins
     * @param columns dimension 0
     * @param rows dimension 1
     * @param matrices dimensions 2 and 3 multiplied
     * @param offset first byte in the data
     * @param bytes length of the data
     */
    private record Claim(
            long at, String name, TensorType type, long columns, long rows, long matrices, long offset, long bytes) {
        long end() {
            return offset + bytes;
        }
    }

    /** Reads {@code count} records at the cursor; the data begins at the next multiple of {@code alignment}. */
    static SequencedMap<String, Tensor> read(GgufCursor cursor, MemorySegment file, int count, int alignment) {
        SequencedMap<String, Claim> claims = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            Claim claim = readClaim(cursor, i, alignment);
            if (claims.putIfAbsent(claim.name(), claim) != null) {
                throw cursor.failure(claim.name(), claim.at(), "the tensor occurs twice", GgufCursor.DAMAGED);
            }
            cursor.limitHeader();
        }
        long dataStart = (cursor.position() + alignment - 1) & -alignment;
        checkInside(cursor, claims.values(), file.byteSize() - dataStart);
        checkDisjoint(cursor, claims.values());

        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (Claim claim : claims.values()) {
            MemorySegment data = file.asSlice(dataStart + claim.offset(), claim.bytes());
            tensors.put(
                    claim.name(),
                    new Tensor(claim.name(), claim.type(), claim.columns(), claim.rows(), claim.matrices(), data));
        }
        return Collections.unmodifiableSequencedMap(tensors);
    }

    private static Claim readClaim(GgufCursor cursor, int index, int alignment) {
        long at = cursor.position();
        String name = cursor.name("name of tensor " + index);
        long[] dimensions = readDimensions(cursor, name);
        long typeAt = cursor.position();
        TensorType type = readType(cursor, name);
        if (dimensions[0] % type.blockElements() != 0) {
            throw cursor.failure(
                    name,
                    typeAt,
                    "rows of " + dimensions[0] + " elements are not whole " + type + " blocks of "
                            + type.blockElements(),
                    GgufCursor.DAMAGED);
        }
        long offsetAt = cursor.position();
        long offset = cursor.uint64(name);
        if (offset < 0 || offset % alignment != 0) {
            throw cursor.failure(
                    name,
                    offsetAt,
                    "the data offset " + Long.toUnsignedString(offset) + " is not a multiple of the alignment "
                            + alignment,
                    GgufCursor.DAMAGED);
        }
        long bytes;
        try {
            bytes = Math.multiplyExact(
                    type.bytes(dimensions[0]),
                    Math.multiplyExact(dimensions[1], Math.multiplyExact(dimensions[2], dimensions[3])));
        } catch (ArithmeticException overflow) {
            throw cursor.failure(name, at, "has more than 2^63 bytes", GgufCursor.DAMAGED);
        }
        return new Claim(at, name, type, dimensions[0], dimensions[1], dimensions[2] * dimensions[3], offset, bytes);
    }

    private static long[] readDimensions(GgufCursor cursor, String name) {
        long countAt = cursor.position();
        long count = cursor.uint32(name);
        if (count < 1 || count > GgufPart.DIMENSIONS) {
            throw cursor.failure(name, countAt, "has " + count + " dimensions instead of 1 to 4", GgufCursor.DAMAGED);
        }
        long[] dimensions = {1, 1, 1, 1};
        for (int i = 0; i < count; i++) {
            long at = cursor.position();
            dimensions[i] = cursor.uint64(name);
            if (dimensions[i] <= 0) {
                throw cursor.failure(
                        name,
                        at,
                        "dimension " + i + " is " + Long.toUnsignedString(dimensions[i]) + " instead of 1 to 2^63-1",
                        GgufCursor.DAMAGED);
            }
        }
        return dimensions;
    }

    private static TensorType readType(GgufCursor cursor, String name) {
        long at = cursor.position();
        int number = cursor.int32(name);
        return TensorType.ofGgufNumber(number)
                .orElseThrow(() -> cursor.failure(
                        name, at, "has the unknown tensor type " + Integer.toUnsignedString(number), UNSUPPORTED));
    }

    private static void checkInside(GgufCursor cursor, Collection<Claim> claims, long dataBytes) {
        for (Claim claim : claims) {
            if (claim.bytes() > dataBytes || claim.offset() > dataBytes - claim.bytes()) {
                throw cursor.failure(
                        claim.name(),
                        claim.at(),
                        claim.bytes() + " bytes at data offset " + claim.offset() + " do not fit into the "
                                + Math.max(0, dataBytes) + " bytes of data in the file",
                        GgufCursor.DAMAGED);
            }
        }
    }

    private static void checkDisjoint(GgufCursor cursor, Collection<Claim> claims) {
        List<Claim> byOffset =
                claims.stream().sorted(Comparator.comparingLong(Claim::offset)).toList();
        for (int i = 1; i < byOffset.size(); i++) {
            Claim previous = byOffset.get(i - 1);
            Claim claim = byOffset.get(i);
            if (claim.offset() < previous.end()) {
                throw cursor.failure(
                        claim.name(), claim.at(), "shares bytes with tensor " + previous.name(), GgufCursor.DAMAGED);
            }
        }
    }
}
