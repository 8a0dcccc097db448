package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.MappedFile;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Reads safetensors: the length of a header, the header in JSON with type, shape and place of each tensor, and the data.
 * What a file claims is checked before a tensor is cut out of it.
 *
 * <p>Source: the format's description in the README of huggingface/safetensors.
 */
final class SafetensorsFile {
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** The limit that the format itself sets. */
    private static final long MOST_HEADER_BYTES = 100_000_000;

    private static final int MOST_DIMENSIONS = 8;
    private static final String DAMAGED = "download the file again";
    private static final Map<String, TensorType> TYPES =
            Map.of("F32", TensorType.F32, "F16", TensorType.F16, "BF16", TensorType.BF16, "U8", TensorType.I8);

    private SafetensorsFile() {}

    /** Maps a file and returns its tensors, in the order of their data. */
    static List<StoredTensor> read(Path path, Arena arena) {
        return MappedFile.read(path, "download all files of the model", arena, SafetensorsFile::read);
    }

    static List<StoredTensor> read(String file, MemorySegment bytes) {
        if (bytes.byteSize() < Long.BYTES) {
            throw new FormatException(file + ": is shorter than 8 bytes; " + DAMAGED);
        }
        long headerBytes = bytes.get(LENGTH, 0);
        if (headerBytes < 2 || headerBytes > Math.min(MOST_HEADER_BYTES, bytes.byteSize() - Long.BYTES)) {
            throw new FormatException("%s: byte 0: gives its header %s bytes, the file has %d; %s"
                    .formatted(file, Long.toUnsignedString(headerBytes), bytes.byteSize(), DAMAGED));
        }
        JsonFile header =
                JsonFile.parse(file, bytes.asSlice(Long.BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE));
        MemorySegment data = bytes.asSlice(Long.BYTES + headerBytes);
        List<StoredTensor> tensors = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : header.node().properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                claim(file, entry.getKey(), entry.getValue(), data).ifPresent(tensors::add);
            }
        }
        tensors.sort(Comparator.comparingLong(tensor -> tensor.data().address()));
        requireDisjoint(tensors);
        return tensors;
    }

    /** A tensor with bytes; an empty one is no weight of a language model. */
    private static Optional<StoredTensor> claim(String file, String name, JsonNode claim, MemorySegment data) {
        long[] shape = integers(file, name, "shape", claim.path("shape"));
        if (shape.length > MOST_DIMENSIONS) {
            throw wrong(file, name, "has " + shape.length + " dimensions", DAMAGED);
        }
        long[] offsets = integers(file, name, "data_offsets", claim.path("data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1] || offsets[1] > data.byteSize()) {
            throw wrong(
                    file,
                    name,
                    "claims data at %s of the %d bytes of data".formatted(claim.path("data_offsets"), data.byteSize()),
                    DAMAGED);
        }
        String stored = claim.path("dtype").asString("");
        TensorType type = TYPES.get(stored);
        if (type == null) {
            throw wrong(file, name, "has the type \"" + stored + "\"", "use a model in BF16, F16 or F32");
        }
        long elements = 1;
        for (long size : shape) {
            elements = product(file, name, elements, size);
        }
        if (product(file, name, elements, type.bytes(1)) != offsets[1] - offsets[0]) {
            throw wrong(
                    file,
                    name,
                    "has %d bytes, which are not %s elements of %s"
                            .formatted(offsets[1] - offsets[0], claim.path("shape"), type),
                    DAMAGED);
        }
        if (elements == 0 || shape.length == 0) {
            return Optional.empty();
        }
        return Optional.of(
                new StoredTensor(file, name, type, shape, data.asSlice(offsets[0], offsets[1] - offsets[0])));
    }

    private static long product(String file, String name, long a, long b) {
        try {
            return Math.multiplyExact(a, b);
        } catch (ArithmeticException overflow) {
            throw wrong(file, name, "has more than 2^63 bytes", DAMAGED);
        }
    }

    private static long[] integers(String file, String name, String field, JsonNode array) {
        if (!array.isArray()) {
            throw wrong(file, name, "has no " + field, DAMAGED);
        }
        long[] integers = new long[array.size()];
        for (int i = 0; i < integers.length; i++) {
            JsonNode value = array.get(i);
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                throw wrong(file, name, field + " holds " + value, DAMAGED);
            }
            integers[i] = value.longValue();
        }
        return integers;
    }

    private static void requireDisjoint(List<StoredTensor> byAddress) {
        for (int i = 1; i < byAddress.size(); i++) {
            StoredTensor previous = byAddress.get(i - 1);
            if (byAddress.get(i).data().address()
                    < previous.data().address() + previous.data().byteSize()) {
                throw byAddress.get(i).failure("shares bytes with tensor " + previous.name(), DAMAGED);
            }
        }
    }

    private static FormatException wrong(String file, String name, String what, String remedy) {
        return new FormatException("%s: tensor %s: %s; %s".formatted(file, name, what, remedy));
    }
}
