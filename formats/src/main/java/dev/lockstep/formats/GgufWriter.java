package dev.lockstep.formats;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Collects metadata and tensors and writes them as a GGUF file of version 3, in the order they were added. What it writes,
 * {@link GgufFile} reads back: the methods mirror those of {@link Metadata}.
 */
public final class GgufWriter {
    private static final int VERSION = 3;
    private static final int CHUNK = 1 << 20;

    /** Makes the data of a tensor when its turn comes, for models that are larger than memory. */
    @FunctionalInterface
    public interface TensorData {
        /** Gives all bytes of the tensor to {@code sink}, in order, in as many pieces as it likes. */
        void writeTo(TensorSink sink) throws IOException;
    }

    /** Takes the data of a tensor. */
    @FunctionalInterface
    public interface TensorSink {
        void write(MemorySegment bytes) throws IOException;
    }

    private record Content(
            String name, TensorType type, long columns, long rows, long matrices, long bytes, TensorData data) {}

    private final Map<String, Consumer<GgufBuffer>> entries = new LinkedHashMap<>();
    private final Map<String, Content> tensors = new LinkedHashMap<>();
    private int alignment = GgufPart.DEFAULT_ALIGNMENT;

    /** @param alignment of every tensor in the file: a power of two, at least 8 */
    public GgufWriter alignment(int alignment) {
        if (alignment < 8 || Integer.bitCount(alignment) != 1) {
            throw new IllegalArgumentException("alignment " + alignment + " is not a power of two from 8");
        }
        this.alignment = alignment;
        return integer(GgufPart.ALIGNMENT_KEY, GgufValueType.UINT32, alignment);
    }

    public GgufWriter string(String key, String value) {
        return entry(key, out -> out.type(GgufValueType.STRING).string(value));
    }

    /** An integer of the type most keys have, uint32. */
    public GgufWriter integer(String key, long value) {
        return integer(key, GgufValueType.UINT32, value);
    }

    public GgufWriter integer(String key, GgufValueType type, long value) {
        requireInteger(type, value);
        return entry(key, out -> out.type(type).integer(type, value));
    }

    /** A float32. */
    public GgufWriter number(String key, float value) {
        return entry(key, out -> out.type(GgufValueType.FLOAT32).int32(Float.floatToRawIntBits(value)));
    }

    /** A float64. */
    public GgufWriter number64(String key, double value) {
        return entry(key, out -> out.type(GgufValueType.FLOAT64).int64(Double.doubleToRawLongBits(value)));
    }

    public GgufWriter bool(String key, boolean value) {
        return entry(key, out -> out.type(GgufValueType.BOOL).integer(GgufValueType.BOOL, value ? 1 : 0));
    }

    public GgufWriter strings(String key, List<String> values) {
        List<String> copy = List.copyOf(values);
        return entry(key, out -> {
            out.array(GgufValueType.STRING, copy.size());
            copy.forEach(out::string);
        });
    }

    /** @param type of the elements: integers of any width, or bool */
    public GgufWriter integers(String key, GgufValueType type, long... values) {
        long[] copy = values.clone();
        for (long value : copy) {
            requireInteger(type, value);
        }
        return entry(key, out -> {
            out.array(type, copy.length);
            for (long value : copy) {
                out.integer(type, value);
            }
        });
    }

    /** An array of float32. */
    public GgufWriter numbers(String key, float... values) {
        float[] copy = values.clone();
        return entry(key, out -> {
            out.array(GgufValueType.FLOAT32, copy.length);
            for (float value : copy) {
                out.int32(Float.floatToRawIntBits(value));
            }
        });
    }

    /** Adds a tensor; its data is read when the file is written. */
    public GgufWriter tensor(Tensor tensor) {
        return tensor(
                tensor.name(),
                tensor.type(),
                tensor.columns(),
                tensor.rows(),
                tensor.matrices(),
                sink -> sink.write(tensor.data()));
    }

    /** Adds a tensor of the shape that {@link Tensor} describes, whose data is made when the file is written. */
    public GgufWriter tensor(String name, TensorType type, long columns, long rows, long matrices, TensorData data) {
        long bytes = type.bytes(columns, rows, matrices);
        if (tensors.putIfAbsent(name, new Content(name, type, columns, rows, matrices, bytes, data)) != null) {
            throw new IllegalArgumentException("tensor " + name + " was added before");
        }
        return this;
    }

    /** Copies the entries of a model with the keys that are wanted. */
    public GgufWriter metadata(Metadata metadata, Predicate<String> wanted) {
        metadata.keys().stream().filter(wanted).forEach(key -> metadata.copyTo(this, key));
        return this;
    }

    /**
     * The metadata collected so far, as a reader of the file would see it; for models that exist only in memory.
     *
     * @param origin the name that messages give to the place where the metadata comes from
     */
    public Metadata metadata(String origin) {
        return GgufPart.read(origin, MemorySegment.ofBuffer(header(List.of()))).metadata();
    }

    /**
     * Writes the file. It appears under its name only when it is complete; a file of that name is replaced.
     *
     * @throws IOException if the file cannot be written; nothing is left behind
     */
    public void write(Path path) throws IOException {
        Path target = path.toAbsolutePath();
        Path temporary = target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Writes the file's bytes, from the first to the last. */
    public void writeTo(WritableByteChannel channel) throws IOException {
        writeFully(channel, header(tensors.values()));
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        for (Content tensor : tensors.values()) {
            long[] written = {0};
            tensor.data().writeTo(bytes -> {
                writeFully(channel, bytes, chunk);
                written[0] += bytes.byteSize();
            });
            if (written[0] != tensor.bytes()) {
                throw new IllegalStateException(
                        tensor.name() + " has " + tensor.bytes() + " bytes, and " + written[0] + " were made");
            }
            writeFully(channel, ByteBuffer.allocate((int) (padded(tensor.bytes()) - tensor.bytes())));
        }
    }

    private ByteBuffer header(Collection<Content> tensors) {
        GgufBuffer out = new GgufBuffer();
        out.int32(GgufPart.MAGIC).int32(VERSION).int64(tensors.size()).int64(entries.size());
        entries.forEach((key, value) -> {
            out.string(key);
            value.accept(out);
        });
        long offset = 0;
        for (Content tensor : tensors) {
            out.string(tensor.name());
            long[] dimensions = dimensions(tensor);
            out.int32(dimensions.length);
            for (long dimension : dimensions) {
                out.int64(dimension);
            }
            out.int32(tensor.type().ggufNumber()).int64(offset);
            offset += padded(tensor.bytes());
        }
        return out.finish(alignment);
    }

    private static long[] dimensions(Content tensor) {
        if (tensor.matrices() > 1) {
            return new long[] {tensor.columns(), tensor.rows(), tensor.matrices()};
        }
        return tensor.rows() > 1 ? new long[] {tensor.columns(), tensor.rows()} : new long[] {tensor.columns()};
    }

    private long padded(long bytes) {
        return (bytes + alignment - 1) & -alignment;
    }

    /** By a buffer between, since a segment may lie where channels cannot read. */
    private static void writeFully(WritableByteChannel channel, MemorySegment bytes, ByteBuffer chunk)
            throws IOException {
        for (long at = 0; at < bytes.byteSize(); at += CHUNK) {
            int count = (int) Math.min(CHUNK, bytes.byteSize() - at);
            MemorySegment.copy(bytes, at, MemorySegment.ofBuffer(chunk.clear()), 0, count);
            writeFully(channel, chunk.limit(count));
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Keys are replaced in place, so that {@link #alignment} and corrections may come at any time. */
    GgufWriter entry(String key, Consumer<GgufBuffer> value) {
        int bytes = key.getBytes(StandardCharsets.UTF_8).length;
        if (bytes == 0 || bytes > GgufLimits.NAME_BYTES) {
            throw new IllegalArgumentException(
                    "a key of " + bytes + " bytes; 1 to " + GgufLimits.NAME_BYTES + " can be");
        }
        entries.put(key, value);
        return this;
    }

    /** UINT64 takes all 64 bits as they are. */
    private static void requireInteger(GgufValueType type, long value) {
        boolean fits = switch (type) {
            case UINT8 -> value == (value & 0xff);
            case INT8 -> value == (byte) value;
            case UINT16 -> value == (value & 0xffff);
            case INT16 -> value == (short) value;
            case UINT32 -> value == (value & 0xffff_ffffL);
            case INT32 -> value == (int) value;
            case BOOL -> value == 0 || value == 1;
            case UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, STRING, ARRAY -> false;
        };
        if (!fits) {
            throw new IllegalArgumentException(value + " is no " + type);
        }
    }
}
