package dev.lockstep.engine.service;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.ModelFingerprint;
import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.text.json.Json;
import dev.lockstep.text.json.JsonException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A text with the KV blocks that were computed of it, as a file:
 *
 * <pre>
 * 8 bytes   "LOCKSESS"
 * int32     version, 1
 * int32     bytes of the head
 * head      JSON in UTF-8: what the blocks belong to, how many tokens and blocks there are, and a note of the caller
 * int32     for each token
 * blocks    as the machine writes them, for the first 64, 128, ... tokens
 * 32 bytes  SHA-256 of all before
 * </pre>
 *
 * Numbers are little-endian. Blocks belong to weights, program (with the type of the KV cache) and machine, and are refused anywhere else.
 */
final class SessionFile implements AutoCloseable {
    private static final byte[] MAGIC = "LOCKSESS".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int FIXED = MAGIC.length + 2 * Integer.BYTES;
    private static final int DIGEST = 32;
    private static final long MOST_HEAD = 64L << 20;

    private final Arena arena;
    private final MemorySegment blocks;
    private final long blockBytes;
    private final int[] tokens;
    private final String note;

    private SessionFile(Arena arena, MemorySegment blocks, long blockBytes, int[] tokens, String note) {
        this.arena = arena;
        this.blocks = blocks;
        this.blockBytes = blockBytes;
        this.tokens = tokens;
        this.note = note;
    }

    /** What the blocks of a model belong to, in the order in which a difference is told. */
    private static Map<String, String> owner(Lockstep model) {
        ModelFingerprint fingerprint = model.fingerprint();
        Map<String, String> owner = new LinkedHashMap<>();
        owner.put("weights", fingerprint.weights());
        owner.put("program", fingerprint.program());
        owner.put("machine", model.machine().name());
        owner.put("block_bytes", Long.toString(model.machine().kvBlockBytes()));
        return owner;
    }

    /**
     * Writes a file, at once: what stood there before is replaced when all is written.
     *
     * @param blocks of the first tokens, held
     * @param note text of the caller
     * @return its bytes
     */
    static long write(Path file, Lockstep model, int[] tokens, List<KvBlock> blocks, String note) {
        Map<String, Object> head = new LinkedHashMap<>(owner(model));
        head.put("tokens", tokens.length);
        head.put("blocks", blocks.size());
        head.put("note", note);
        byte[] headBytes = Json.of(head).toString().getBytes(StandardCharsets.UTF_8);
        Path beside = file.resolveSibling(file.getFileName() + ".part");
        try {
            try (var arena = Arena.ofConfined();
                    var channel = FileChannel.open(
                            beside,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                MessageDigest digest = sha256();
                ByteBuffer start = ByteBuffer.allocate(FIXED + headBytes.length + Integer.BYTES * tokens.length)
                        .order(ByteOrder.LITTLE_ENDIAN);
                start.put(MAGIC).putInt(VERSION).putInt(headBytes.length).put(headBytes);
                for (int token : tokens) {
                    start.putInt(token);
                }
                write(channel, digest, start.flip());
                MemorySegment buffer = arena.allocate(model.machine().kvBlockBytes(), Long.BYTES);
                for (KvBlock block : blocks) {
                    block.copyTo(buffer);
                    write(channel, digest, buffer.asByteBuffer());
                }
                ByteBuffer end = ByteBuffer.wrap(digest.digest());
                while (end.hasRemaining()) {
                    channel.write(end);
                }
                channel.force(false);
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return Files.size(file);
        } catch (IOException refused) {
            remove(beside);
            throw new SessionFileException(
                    file + ": the session cannot be written (" + refused + "); check the path and the free space",
                    refused);
        }
    }

    private static void write(FileChannel channel, MessageDigest digest, ByteBuffer bytes) throws IOException {
        digest.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static void remove(Path beside) {
        try {
            Files.deleteIfExists(beside);
        } catch (IOException stays) {
            // the failure that led here is told
        }
    }

    /**
     * Opens a file and checks all of it.
     *
     * @throws SessionFileException if it is no session, damaged, or another model's
     */
    static SessionFile open(Path file, Lockstep model) {
        Arena arena = Arena.ofShared();
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new Reader(file, arena, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena))
                    .read(model);
        } catch (NoSuchFileException missing) {
            arena.close();
            throw new SessionFileException(file + ": there is no such session; check the path", missing);
        } catch (IOException unreadable) {
            arena.close();
            throw new SessionFileException(file + ": the session cannot be read (" + unreadable + ")", unreadable);
        } catch (RuntimeException refused) {
            arena.close();
            throw refused;
        }
    }

    /** Reads what somebody may have changed. */
    private record Reader(Path file, Arena arena, MemorySegment content) {
        SessionFile read(Lockstep model) {
            ByteBuffer start = content.asSlice(0, Math.min(content.byteSize(), FIXED))
                    .asByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (start.remaining() < FIXED || !start.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
                throw refused("this is no session");
            }
            start.position(MAGIC.length);
            int version = start.getInt();
            if (version != VERSION) {
                throw refused("the session has version " + version + ", and this program reads version " + VERSION
                        + "; save it again");
            }
            long headBytes = Integer.toUnsignedLong(start.getInt());
            if (headBytes > MOST_HEAD || FIXED + headBytes + DIGEST > content.byteSize()) {
                throw damaged();
            }
            check();
            Json.Obj head = head(content.asSlice(FIXED, headBytes));
            owner(model).forEach((name, value) -> {
                if (!value.equals(text(head, name))) {
                    throw refused("the session belongs to another model or another way of computing (" + name
                            + " differs); open the model that it was saved with, with the same options");
                }
            });
            int count = number(head, "tokens");
            int blocks = number(head, "blocks");
            long blockBytes = model.machine().kvBlockBytes();
            long first = FIXED + headBytes;
            long second = first + (long) Integer.BYTES * count;
            if (blocks > count / KvLayout.BLOCK || second + blocks * blockBytes + DIGEST != content.byteSize()) {
                throw damaged();
            }
            int[] tokens = new int[count];
            content.asSlice(first, second - first)
                    .asByteBuffer()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asIntBuffer()
                    .get(tokens);
            return new SessionFile(
                    arena, content.asSlice(second, blocks * blockBytes), blockBytes, tokens, text(head, "note"));
        }

        private void check() {
            MessageDigest digest = sha256();
            long end = content.byteSize() - DIGEST;
            for (long at = 0; at < end; at += Integer.MAX_VALUE) {
                digest.update(content.asSlice(at, Math.min(Integer.MAX_VALUE, end - at))
                        .asByteBuffer());
            }
            if (content.asSlice(end).mismatch(MemorySegment.ofArray(digest.digest())) >= 0) {
                throw damaged();
            }
        }

        private Json.Obj head(MemorySegment bytes) {
            try {
                if (Json.parse(StandardCharsets.UTF_8
                                .decode(bytes.asByteBuffer())
                                .toString())
                        instanceof Json.Obj object) {
                    return object;
                }
            } catch (JsonException wrong) {
                throw new SessionFileException(file + ": the session is damaged (" + wrong.getMessage() + ")", wrong);
            }
            throw damaged();
        }

        private String text(Json.Obj head, String name) {
            if (head.get(name).orElse(null) instanceof Json.Str(String text)) {
                return text;
            }
            throw damaged();
        }

        private int number(Json.Obj head, String name) {
            if (head.get(name).orElse(null) instanceof Json.Num number
                    && number.literal().matches("\\d{1,9}")) {
                return Integer.parseInt(number.literal());
            }
            throw damaged();
        }

        private SessionFileException damaged() {
            return refused("the session is damaged: it is not what was written; save it again");
        }

        private SessionFileException refused(String sentence) {
            return new SessionFileException(file + ": " + sentence);
        }
    }

    int[] tokens() {
        return tokens;
    }

    String note() {
        return note;
    }

    int blocks() {
        return (int) (blocks.byteSize() / blockBytes);
    }

    MemorySegment block(int index) {
        return blocks.asSlice(index * blockBytes, blockBytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
