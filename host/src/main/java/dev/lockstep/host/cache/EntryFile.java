package dev.lockstep.host.cache;

import dev.lockstep.host.memory.LargeMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Reads and writes the content of entries, all cores at once, under its checksums. */
final class EntryFile {
    private EntryFile() {}

    /**
     * The content in memory of large pages. It is copied because programs run faster from large pages than from a mapped file, and
     * because the checksums then hold for the very bytes that are used, whatever happens to the file.
     *
     * @throws DamagedEntryException if a checksum does not agree
     */
    static MemorySegment read(FileChannel channel, EntryHeader header, Arena arena) throws IOException {
        MemorySegment content = LargeMemory.allocate(Math.max(header.contentBytes(), 1), arena);
        try {
            IntStream.range(0, header.checksums().length).parallel().forEach(i -> {
                long at = (long) i * EntryHeader.CHUNK;
                ByteBuffer chunk = chunk(content, at, header.contentBytes());
                readFully(channel, chunk, header.contentOffset() + at);
                if (checksum(chunk.rewind()) != header.checksums()[i]) {
                    throw new UncheckedIOException(new DamagedEntryException(
                            "the content from byte " + at + " on does not have its checksum"));
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return content.asSlice(0, header.contentBytes());
    }

    /** Writes content, and the header last: an entry whose writing was cut off has none. */
    static void write(FileChannel channel, CacheKey key, String model, String type, MemorySegment content)
            throws IOException {
        int[] checksums = new int[EntryHeader.chunks(content.byteSize())];
        EntryHeader header = new EntryHeader(key.digest(), model, type, content.byteSize(), checksums);
        for (int i = 0; i < checksums.length; i++) {
            long at = (long) i * EntryHeader.CHUNK;
            ByteBuffer chunk = chunk(content, at, content.byteSize());
            checksums[i] = checksum(chunk);
            writeFully(channel, chunk.rewind(), header.contentOffset() + at);
        }
        writeFully(channel, header.encode(), 0);
    }

    private static ByteBuffer chunk(MemorySegment content, long at, long bytes) {
        return content.asSlice(at, Math.min(EntryHeader.CHUNK, bytes - at)).asByteBuffer();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long at) {
        try {
            while (target.hasRemaining()) {
                if (channel.read(target, at + target.position()) < 0) {
                    throw new DamagedEntryException("it became shorter while it was read");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long end = at + bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes, end - bytes.remaining());
        }
    }
}
