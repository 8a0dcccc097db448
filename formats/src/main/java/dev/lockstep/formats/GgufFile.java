package dev.lockstep.formats;

import dev.lockstep.tensor.Tensor;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/**
 * A model in GGUF format, version 2 or 3, one file or split into several. The files are memory-mapped: the data of the
 * tensors is valid until {@link #close}, the metadata stays valid afterwards.
 *
 * <p>Everything that the files claim has been checked when {@link #open} returns, so that no tensor reaches outside its
 * file. A file that is shortened while it is open makes a Java access to it throw {@link InternalError}; code outside the
 * JVM that reads it is not protected.
 *
 * <p>Source: the GGUF specification, {@code docs/gguf.md} of ggml-org/ggml.
 */
public final class GgufFile implements ModelFile {
    private final Path path;
    private final GgufPart first;
    private final List<Path> files;
    private final SequencedMap<String, Tensor> tensors;
    private final Arena arena;

    private GgufFile(Path path, List<GgufPart> parts, SequencedMap<String, Tensor> tensors, Arena arena) {
        this.path = path;
        this.first = parts.getFirst();
        this.files = parts.stream().map(part -> Path.of(part.file())).toList();
        this.tensors = tensors;
        this.arena = arena;
    }

    /**
     * Opens a model; the path of any part opens all parts of a split model.
     *
     * @throws FormatException if a file cannot be read or is not understood
     */
    public static GgufFile open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            List<GgufPart> parts = readParts(path, arena);
            return new GgufFile(path, parts, join(parts), arena);
        } catch (Throwable failure) {
            arena.close();
            throw failure;
        }
    }

    /** The path given to {@link #open}. */
    @Override
    public Path path() {
        return path;
    }

    @Override
    public List<Path> files() {
        return files;
    }

    @Override
    public String format() {
        return "GGUF " + version();
    }

    /** Version of the format, 2 or 3. */
    public int version() {
        return first.version();
    }

    /** Every tensor begins at a multiple of this many bytes. */
    public int alignment() {
        return first.alignment();
    }

    /** The metadata; of the first part if the model is split. */
    @Override
    public Metadata metadata() {
        return first.metadata();
    }

    @Override
    public SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        arena.close();
    }

    private static List<GgufPart> readParts(Path path, Arena arena) {
        GgufPart given = read(path, arena);
        long count = given.metadata().integer(GgufSplit.COUNT_KEY).orElse(1);
        if (count <= 1) {
            return List.of(given);
        }
        GgufSplit split = GgufSplit.ofName(path)
                .filter(name -> name.count() == count)
                .orElseThrow(() -> new FormatException(path + ": " + GgufSplit.COUNT_KEY + ": is " + count
                        + ", which the file's name does not say; name the parts like model-00001-of-"
                        + String.format(Locale.ROOT, "%05d", count) + ".gguf"));
        List<GgufPart> parts = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            GgufPart part = number == split.number() ? given : read(split.part(number), arena);
            requireEqual(part, GgufSplit.NUMBER_KEY, number - 1);
            requireEqual(part, GgufSplit.COUNT_KEY, count);
            parts.add(part);
        }
        return parts;
    }

    private static GgufPart read(Path path, Arena arena) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new FormatException(path + ": is a directory or device; give the path of a GGUF file");
        }
        return MappedFile.read(path, "check the path", arena, GgufPart::read);
    }

    private static SequencedMap<String, Tensor> join(List<GgufPart> parts) {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (GgufPart part : parts) {
            part.tensors().forEach((name, tensor) -> {
                if (tensors.putIfAbsent(name, tensor) != null) {
                    throw new FormatException(part.file() + ": tensor " + name
                            + ": is already in an earlier part; download the parts again");
                }
            });
        }
        if (parts.size() > 1) {
            requireEqual(parts.getFirst(), GgufSplit.TENSORS_KEY, tensors.size());
        }
        return Collections.unmodifiableSequencedMap(tensors);
    }

    private static void requireEqual(GgufPart part, String key, long expected) {
        long actual = part.metadata()
                .integer(key)
                .orElseThrow(() -> new FormatException(
                        part.file() + ": " + key + ": is missing; download all parts of the model again"));
        if (actual != expected) {
            throw new FormatException(part.file() + ": " + key + ": is " + actual + " where " + expected
                    + " is expected; keep the parts of one model together and download them again");
        }
    }
}
