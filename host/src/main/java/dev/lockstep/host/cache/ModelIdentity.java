package dev.lockstep.host.cache;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * What tells models apart: the content of their files, wherever they lie. Content is read once; what it was is remembered together with
 * the inode, size and times of the files, which change with every change of content.
 */
public final class ModelIdentity {
    static final String SUFFIX = ".identity";

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final int CHUNK = 1 << 20;

    /** A file that was changed just now may change again without a change of its times. */
    private static final Duration SETTLED = Duration.ofSeconds(2);

    private ModelIdentity() {}

    /**
     * The identity of a model.
     *
     * @param files all files of the model in order
     * @param directory where identities are remembered
     * @throws IOException if a file cannot be read
     */
    public static String of(List<Path> files, Path directory) throws IOException {
        StringBuilder states = new StringBuilder();
        boolean settled = true;
        for (Path file : files) {
            Map<String, Object> state = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
            List.of("dev", "ino", "size", "lastModifiedTime", "ctime")
                    .forEach(field -> states.append(state.get(field)).append('\n'));
            Instant changed = Instant.parse(state.get("ctime").toString());
            settled &= changed.isBefore(Instant.now().minus(SETTLED));
        }
        String state = HexFormat.of()
                .formatHex(CacheKey.sha256().digest(states.toString().getBytes(StandardCharsets.UTF_8)));
        Path memory = directory.resolve(state + SUFFIX);
        String known = recall(memory);
        if (DIGEST.matcher(known).matches()) {
            return known;
        }
        var sha = CacheKey.sha256();
        for (Path file : files) {
            sha.update(checksums(file));
        }
        String identity = HexFormat.of().formatHex(sha.digest());
        if (settled) {
            remember(memory, identity);
        }
        return identity;
    }

    /** The size of the file and the CRC32C of each of its chunks: read by all cores, through buffers that stay in their caches. */
    private static ByteBuffer checksums(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            int chunks = Math.toIntExact((size + CHUNK - 1) / CHUNK);
            ByteBuffer sums = ByteBuffer.allocate(Math.addExact(Long.BYTES, Math.multiplyExact(4, chunks)));
            sums.putLong(0, size);
            ThreadLocal<ByteBuffer> buffers = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(CHUNK));
            IntStream.range(0, chunks).parallel().forEach(i -> {
                ByteBuffer buffer = buffers.get().clear();
                try {
                    while (buffer.hasRemaining() && channel.read(buffer, (long) i * CHUNK + buffer.position()) > 0) {
                        // until the chunk or the file ends
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                CRC32C crc = new CRC32C();
                crc.update(buffer.flip());
                sums.putInt(Long.BYTES + 4 * i, (int) crc.getValue());
            });
            return sums;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String recall(Path memory) {
        try {
            return Files.readString(memory);
        } catch (IOException absent) {
            return "";
        }
    }

    private static void remember(Path memory, String identity) {
        try {
            Files.createDirectories(memory.getParent());
            Path unfinished = memory.resolveSibling(memory.getFileName() + "." + UUID.randomUUID() + ".part");
            Files.writeString(unfinished, identity);
            Files.move(unfinished, memory, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException unwritable) {
            // it is computed again next time; that the cache cannot be written is told by whoever writes entries
            return;
        }
    }
}
