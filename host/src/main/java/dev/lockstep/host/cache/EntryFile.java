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
     */
    static MemorySegment map(FileChannel channel, EntryHeader header, Arena arena) throws IOException {
        MemorySegment content =
                channel.map(FileChannel.MapMode.READ_ONLY, header.contentOffset(), header.contentBytes(), arena);
        if (content.byteSize() >= EntryHeader.CHUNK) {
            new Libc().adviseHugePages(content);
        }
        return content;
    }

    /**
     * Compares the content with its checksums.
     *
     * @throws DamagedEntryException if one does not agree
     */
    static void check(MemorySegment content, EntryHeader header) throws DamagedEntryException {
        IntStream chunks = IntStream.range(0, header.checksums().length);
        OptionalInt damaged = (SPARE_CORES ? chunks.parallel() : chunks)
                .filter(i -> checksum(chunk(content, (long) i * EntryHeader.CHUNK)) != header.checksums()[i])
                .findFirst();
        if (damaged.isPresent()) {
            throw new DamagedEntryException("the content from byte " + (long) damaged.getAsInt() * EntryHeader.CHUNK
                    + " on does not have its checksum");
        }
    }

    /** Writes a part of the content at a place of the file. */
    static void write(FileChannel channel, MemorySegment part, long at) throws IOException {
        for (long done = 0; done < part.byteSize(); done += EntryHeader.CHUNK) {
            writeFully(channel, chunk(part, done), at + done);
        }
    }

    /** Fills in the checksums of the content that was written and writes the header, which an entry whose writing was cut off lacks. */
    static void seal(FileChannel channel, EntryHeader header) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment content =
                    channel.map(FileChannel.MapMode.READ_ONLY, header.contentOffset(), header.contentBytes(), arena);
            Libc libc = new Libc();
            for (int i = 0; i < header.checksums().length; i++) {
                ByteBuffer chunk = chunk(content, (long) i * EntryHeader.CHUNK);
                header.checksums()[i] = checksum(chunk);
                libc.release(MemorySegment.ofBuffer(chunk.rewind()));
            }
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

    /** Writes all bytes of a buffer at a place of the file. */
    static void writeFully(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
        long end = at + bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes, end - bytes.remaining());
        }
    }
}
