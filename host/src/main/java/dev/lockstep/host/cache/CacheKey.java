package dev.lockstep.host.cache;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The name of an entry: a digest of everything that its content depends on. */
public record CacheKey(EntryKind kind, String digest) {
    /** The key of content that depends on these texts, and on nothing else. */
    public static CacheKey of(EntryKind kind, List<String> parts) {
        MessageDigest sha = sha256();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            sha.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
            sha.update(bytes);
        }
        return new CacheKey(kind, HexFormat.of().formatHex(sha.digest()));
    }

    /** Sets up the digest. */
    public static void prepare() {
        sha256();
    }

    String fileName() {
        return digest + kind.suffix();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
