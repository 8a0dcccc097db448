package dev.lockstep.host.cache;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * What stands before the content of an entry, little-endian:
 *
 * <pre>
 *    0  "LOCKSTEP"
 *    8  uint32  version of this format
 *   12  uint32  CRC32C of the header's bytes from 16 on
 *   16  uint32  bytes of the header
 *   20  uint64  bytes of the content
 *   28  strings (uint16 length, UTF-8): digest of the key, model, type of most weights
 *       uint32  CRC32C of each chunk of the content
 *       zeros up to a multiple of 2 MiB for content of that size, else of 4 KiB: there the content begins
 * </pre>
 */
record EntryHeader(String digest, String model, String type, long contentBytes, int[] checksums) {
    /** Bytes of content under one checksum, and of one write: a large page, which the file system then keeps together. */
    static final int CHUNK = 2 << 20;

    private static final long MAGIC = 0x504554534b434f4cL;
    private static final int VERSION = 2;
    private static final int FIXED = 28;
    private static final int PAGE = 4096;
    private static final int MOST_TEXT = 1024;

    static int chunks(long contentBytes) {
        return Math.toIntExact((contentBytes + CHUNK - 1) / CHUNK);
    }

    /** Where the content begins. */
    long contentOffset() {
        long alignment = contentBytes >= CHUNK ? CHUNK : PAGE;
        return (bytes() + alignment - 1) / alignment * alignment;
    }

    long fileBytes() {
        return contentOffset() + contentBytes;
    }

    ByteBuffer encode() {
        ByteBuffer out = ByteBuffer.allocate(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putInt(VERSION).putInt(0).putInt(bytes()).putLong(contentBytes);
        for (String text : new String[] {digest, model, type}) {
            byte[] utf8 = utf8(text);
            out.putShort((short) utf8.length).put(utf8);
        }
        for (int checksum : checksums) {
            out.putInt(checksum);
        }
        return out.putInt(12, checksum(out.array())).flip();
    }

    /**
     * Reads the header of an entry.
     *
     * @throws DamagedEntryException if it is not one, or not whole
     */
    static EntryHeader read(FileChannel channel) throws IOException {
        ByteBuffer fixed = readFully(channel, FIXED);
        if (fixed.getLong(0) != MAGIC || fixed.getInt(8) != VERSION) {
            throw new DamagedEntryException("it is no entry of this version");
        }
        int bytes = fixed.getInt(16);
        long contentBytes = fixed.getLong(20);
        if (contentBytes < 0 || contentBytes > channel.size() || bytes > channel.size()) {
            throw new DamagedEntryException("it is shorter than it says");
        }
        if (bytes < FIXED || bytes > mostBytes(contentBytes)) {
            throw new DamagedEntryException("its header does not have the size of one");
        }
        ByteBuffer in = readFully(channel, bytes);
        if (in.getInt(12) != checksum(in.array())) {
            throw new DamagedEntryException("its header does not have its checksum");
        }
        try {
            in.position(FIXED);
            var header = new EntryHeader(text(in), text(in), text(in), contentBytes, new int[chunks(contentBytes)]);
            for (int i = 0; i < header.checksums.length; i++) {
                header.checksums[i] = in.getInt();
            }
            if (in.hasRemaining() || channel.size() != header.fileBytes()) {
                throw new DamagedEntryException("it does not have the size that it says");
            }
            return header;
        } catch (BufferUnderflowException e) {
            throw new DamagedEntryException("its header is too short");
        }
    }

    private int bytes() {
        return FIXED + 6 + utf8(digest).length + utf8(model).length + utf8(type).length + 4 * checksums.length;
    }

    private static long mostBytes(long contentBytes) {
        return FIXED + 3L * (Short.BYTES + MOST_TEXT) + 4L * chunks(contentBytes);
    }

    private static byte[] utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= MOST_TEXT ? bytes : Arrays.copyOf(bytes, MOST_TEXT);
    }

    private static String text(ByteBuffer in) {
        byte[] utf8 = new byte[Math.min(Short.toUnsignedInt(in.getShort()), MOST_TEXT)];
        in.get(utf8);
        return new String(utf8, StandardCharsets.UTF_8);
    }

    private static int checksum(byte[] header) {
        CRC32C crc = new CRC32C();
        crc.update(header, 16, header.length - 16);
        return (int) crc.getValue();
    }

    private static ByteBuffer readFully(FileChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, buffer.position()) < 0) {
                throw new DamagedEntryException("it ends after " + buffer.position() + " bytes");
            }
        }
        return buffer.flip();
    }
}
