package dev.lockstep.engine;

import dev.lockstep.formats.ModelFile;
import dev.lockstep.host.HostCache;
import dev.lockstep.host.cache.CacheDirectory;
import dev.lockstep.host.cache.ModelIdentity;
import dev.lockstep.host.cache.ProgramCache;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** The program cache of this user. */
public final class ProgramCaches {
    /** Environment variable with the most bytes that the cache may take, such as {@code 20G}. */
    public static final String LIMIT_VARIABLE = "LOCKSTEP_CACHE_SIZE";

    private ProgramCaches() {}

    /**
     * The cache in the place and of the size that the environment says.
     *
     * @param warnings hears sentences about what cannot be read or written
     */
    public static ProgramCache ofUser(Consumer<String> warnings) {
        String limit = System.getenv(LIMIT_VARIABLE);
        long bytes = 0;
        if (limit != null && !limit.isBlank()) {
            try {
                bytes = ByteSize.parse(limit);
            } catch (IllegalArgumentException unclear) {
                warnings.accept(LIMIT_VARIABLE + ": " + unclear.getMessage() + "; a fifth of the free disk is used");
            }
        }
        return new ProgramCache(CacheDirectory.ofUser().resolve("programs"), bytes, warnings);
    }

    static Optional<HostCache> of(ModelFile file, String name, String type, LockstepOptions options) {
        if (!options.cache()) {
            return Optional.empty();
        }
        ProgramCache programs = ofUser(options.warnings());
        try {
            String identity = ModelIdentity.of(file.files(), programs.directory());
            return Optional.of(new HostCache(programs, name, type, identity));
        } catch (IOException | UnsupportedOperationException unreadable) {
            options.warnings().accept("the model is opened without the program cache (" + unreadable + ")");
            return Optional.empty();
        }
    }
}
