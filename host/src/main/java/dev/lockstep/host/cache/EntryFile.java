package dev.lockstep.host.cache;

import dev.lockstep.host.memory.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/** Maps and writes the content of entries under its checksums. */
final class EntryFile {
    /** Whether more than one core is free beside the thread that a start waits for. */
    private static final boolean SPARE_CORES = Runtime.getRuntime().availableProcessors() > 2;

    private EntryFile() {}

    /**
     * The content, mapped: nothing is copied, processes that run the same model share its pages, and the system may take pages back
     * and read them again. Entries are never changed in place, so that what was checked stays as it is; one that somebody else
     * shortens while it is mapped ends the process, as any mapped file does.
     *
     * @throws DamagedEntryException if a checksum does not agree
     */
    static MemorySegment map(FileChannel channel, EntryHeader header, Arena arena) throws IOException {
        MemorySegment content =
                channel.map(FileChannel.MapMode.READ_ONLY, header.contentOffset(), header.contentBytes(), arena);
        if (content.byteSize() >= EntryHeader.CHUNK) {
            new Libc().adviseHugePages(content);
        }
        IntStream chunks = IntStream.range(0, header.checksums().length);
        OptionalInt damaged = (SPARE_CORES ? chunks.parallel() : chunks)
                .filter(i -> checksum(chunk(content, (long) i * EntryHeader.CHUNK)) != header.checksums()[i])
                .findFirst();
        if (damaged.isPresent()) {
            throw new DamagedEntryException("the content from byte " + (long) damaged.getAsInt() * EntryHeader.CHUNK
                    + " on does not have its checksum");
        }
        return content;
    }

    /** Writes content, and the header last: an entry whose writing was cut off has none. */
    static void write(FileChannel channel, CacheKey key, String model, String type, MemorySegment content)
            throws IOException {
        int[] checksums = new int[EntryHeader.chunks(content.byteSize())];
        EntryHeader header = new EntryHeader(key.digest(), model, type, content.byteSize(), checksums);
        for (int i = 0; i < checksums.length; i++) {
            long at = (long) i * EntryHeader.CHUNK;
            ByteBuffer chunk = chunk(content, at);
            checksums[i] = checksum(chunk);
            writeFully(channel, chunk.rewind(), header.contentOffset() + at);
        }
        writeFully(channel, header.encode(), 0);
    }

    private static ByteBuffer chunk(MemorySegment content, long at) {
        return content.asSlice(at, Math.min(EntryHeader.CHUNK, content.byteSize() - at))
                .asByteBuffer();
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long end = at + bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes, end - bytes.remaining());
        }
    }
}
