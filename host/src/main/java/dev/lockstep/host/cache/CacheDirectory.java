package dev.lockstep.host.cache;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where this user's derived files lie. */
public final class CacheDirectory {
    /** Names the directory; without it the XDG Base Directory Specification tells. */
    public static final String VARIABLE = "LOCKSTEP_CACHE";

    private CacheDirectory() {}

    /** The directory of this user; it need not exist. */
    public static Path ofUser() {
        String named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            try {
                return Path.of(named).toAbsolutePath();
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(VARIABLE + " names no path: " + e.getMessage(), e);
            }
        }
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base = cache != null && cache.startsWith("/")
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("lockstep");
    }
}
