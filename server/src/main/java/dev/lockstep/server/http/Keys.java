package dev.lockstep.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;

/** The API keys that open a server; without any it is open. Only hashes are kept, and comparing takes the same time for all wrong keys. */
final class Keys {
    private static final String BEARER = "Bearer ";

    private final List<byte[]> hashes;

    Keys(Set<String> keys) {
        this.hashes = keys.stream().map(Keys::hash).toList();
    }

    boolean required() {
        return !hashes.isEmpty();
    }

    /** @throws ApiException if the request brings no key that opens */
    void check(Exchange exchange) {
        if (!required()) {
            return;
        }
        String key = exchange.header("Authorization")
                .filter(value -> value.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(value -> value.substring(BEARER.length()).strip())
                .or(() -> exchange.header("x-api-key"))
                .orElseThrow(() -> new ApiException(
                        ApiError.unauthorized("there is no API key; send the header 'Authorization: Bearer KEY'")));
        byte[] hash = hash(key);
        boolean known = false;
        for (byte[] candidate : hashes) {
            known |= MessageDigest.isEqual(candidate, hash);
        }
        if (!known) {
            throw new ApiException(ApiError.unauthorized(
                    "the API key is not one of this server's; check it with who runs the server"));
        }
    }

    private static byte[] hash(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
