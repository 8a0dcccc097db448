package dev.lockstep.host.llvm;

import java.nio.file.Path;

/** Where this user's derived files lie, by the XDG Base Directory Specification. */
final class UserCache {
    private UserCache() {}

    static Path directory() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base = cache != null && cache.startsWith("/")
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("lockstep");
    }
}
