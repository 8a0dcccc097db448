package dev.lockstep.host.cache;

import dev.lockstep.host.memory.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * An entry under construction: its content is written in any order, by any number of threads, and can be used before the entry has its name. What
 * is not written is zeros. An entry that is not published is gone when its draft is closed; what was mapped stays until its arena closes.
 */
public final class EntryDraft implements AutoCloseable {
    private final Path unfinished;
    private final Path file;
    private final int lock;
    private final EntryHeader header;
    private final FileChannel channel;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(EntryHeader.CHUNK);
    private long reserved;

    /**
     * @param unfinished where the entry grows; overwritten
     * @param lock on {@code unfinished}, given up when this is closed
     */
    EntryDraft(Path unfinished, Path file, int lock, CacheKey key, String model, String type, long bytes)
            throws IOException {
        this.unfinished = unfinished;
        this.file = file;
        this.lock = lock;
        this.header = new EntryHeader(key.digest(), model, type, bytes, new int[EntryHeader.chunks(bytes)]);
        this.channel = FileChannel.open(
                unfinished, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (bytes > 0) { // its full size, whatever parts are left out
                channel.write(ByteBuffer.allocate(1), header.fileBytes() - 1);
            }
        } catch (IOException full) {
            channel.close();
            Files.deleteIfExists(unfinished);
            throw full;
        }
    }

    /** Writes a part of the content. */
    public void write(MemorySegment part, long at) throws IOException {
        reserve(at + part.byteSize());
        EntryFile.write(channel, part, header.contentOffset() + at);
    }

    /**
     * Writes whole chunks of zeros before their first parts come: a file system that keeps what is written at once in a large page maps it as one, and
     * cores read a tenth faster from those than from pages of 4 KiB.
     */
    private synchronized void reserve(long end) throws IOException {
        for (; reserved < end && header.contentBytes() - reserved >= EntryHeader.CHUNK; reserved += EntryHeader.CHUNK) {
            EntryFile.writeFully(channel, zeros.clear(), header.contentOffset() + reserved);
        }
    }

    /** The content, all of which has been written, for reading: what other processes will map, too. */
    public MemorySegment map(Arena arena) throws IOException {
        return EntryFile.map(channel, header, arena);
    }

    /** Gives the entry its name, once all of its content has been written and is on the disk. */
    public void publish() throws IOException {
        EntryFile.seal(channel, header);
        channel.force(true);
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
            Files.deleteIfExists(unfinished);
        } finally {
            new Libc().close(lock);
        }
    }
}
