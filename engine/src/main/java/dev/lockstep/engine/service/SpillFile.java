package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.Machine;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.CRC32C;

/**
 * KV blocks that memory has no room for, in a file of bounded size that is deleted with its process. What cannot be written or read is
 * lost, and computed again when it is needed. Used by one thread.
 */
final class SpillFile implements AutoCloseable {
    private final FileChannel file;
    private final MemorySegment buffer;
    private final long blockBytes;
    private final int slots;
    private final BitSet used = new BitSet();
    private final int[] checksums;
    private boolean broken;

    private SpillFile(FileChannel file, long blockBytes, int slots) {
        this.file = file;
        this.blockBytes = blockBytes;
        this.slots = slots;
        this.checksums = new int[slots];
        this.buffer = Arena.ofAuto().allocate(blockBytes, Long.BYTES);
    }

    /**
     * An empty file.
     *
     * @param bytes its most bytes
     * @throws EngineException if there can be none, or it would not hold a block
     */
    static SpillFile open(Path directory, long bytes, long blockBytes) {
        int slots = (int) Math.min(Integer.MAX_VALUE - 8, bytes / blockBytes);
        if (slots == 0) {
            throw new EngineException("a file of " + bytes + " bytes holds no block of KV cache, which has "
                    + blockBytes + " bytes; let more be spilled, or nothing");
        }
        try {
            Files.createDirectories(directory);
            Path path = directory.resolve("lockstep-kv-"
                    + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime()) + ".tmp");
            return new SpillFile(
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE),
                    blockBytes,
                    slots);
        } catch (IOException refused) {
            throw new EngineException(
                    "the directory " + directory + " cannot take spilled KV blocks (" + refused + "); name another one",
                    refused);
        }
    }

    boolean full() {
        return used.cardinality() == slots;
    }

    /** The slot of a copy; empty if there is no room, or the disk takes no more. */
    OptionalInt write(KvBlock block) {
        if (broken || full()) {
            return OptionalInt.empty();
        }
        int slot = used.nextClearBit(0);
        block.copyTo(buffer);
        checksums[slot] = checksum();
        try {
            ByteBuffer bytes = buffer.asByteBuffer();
            while (bytes.hasRemaining()) {
                file.write(bytes, slot * blockBytes + bytes.position());
            }
        } catch (IOException diskFull) {
            broken = true;
            return OptionalInt.empty();
        }
        used.set(slot);
        return OptionalInt.of(slot);
    }

    /** The block of a slot, held by the caller; empty if the disk does not give back what it was given. */
    Optional<KvBlock> read(int slot, Machine machine) {
        try {
            ByteBuffer bytes = buffer.asByteBuffer();
            while (bytes.hasRemaining()) {
                if (file.read(bytes, slot * blockBytes + bytes.position()) < 0) {
                    return Optional.empty();
                }
            }
        } catch (IOException unreadable) {
            return Optional.empty();
        }
        return checksum() == checksums[slot] ? Optional.of(machine.restore(buffer)) : Optional.empty();
    }

    void free(int slot) {
        used.clear(slot);
    }

    private int checksum() {
        var crc = new CRC32C();
        crc.update(buffer.asByteBuffer());
        return (int) crc.getValue();
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException gone) {
            broken = true; // nothing will be asked of it any more
        }
    }
}
