package dev.lockstep.cli;

import dev.lockstep.cli.models.HubName;
import dev.lockstep.cli.models.ModelDirectory;
import dev.lockstep.demo.DemoModel;
import dev.lockstep.formats.ControlCharacters;
import dev.lockstep.formats.Reason;
import dev.lockstep.host.cache.CacheDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;

/** What stands behind {@code -m}: a model file, or hyperparameters without weights. */
sealed interface ModelReference {
    /** A GGUF file or a directory that exists, named by its path or as a model in the models directory; also the embedded model, once it is written. */
    record File(Path path) implements ModelReference {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** The shape of a well-known model: can be timed and described, not run. */
    record Shape(String name) implements ModelReference {
        @Override
        public String toString() {
            return PREFIX + name;
        }

        private static final String PREFIX = "shape:";
    }

    /**
     * @throws UsageException if there is no such model, or only later versions will know it
     */
    static ModelReference parse(String text) {
        if (text.startsWith(Shape.PREFIX)) {
            return new Shape(text.substring(Shape.PREFIX.length()));
        }
        if (text.equals(DemoModel.NAME)) {
            return demo();
        }
        if (text.startsWith(HubName.PREFIX)) {
            var name = HubName.parse(text);
            return new File(ModelDirectory.ofUser()
                    .find(name)
                    .orElseThrow(() -> new UsageException(
                            text + ": is not on this computer yet; get it with lockstep pull " + text))
                    .file());
        }
        if (text.startsWith("http://") || text.startsWith("https://")) {
            throw new UsageException(text + ": is not on this computer yet; get it with lockstep pull " + text);
        }
        var path = path(text);
        if (!Files.exists(path)) {
            return new File(ModelDirectory.ofUser()
                    .find(text)
                    .orElseThrow(() -> new UsageException(text
                            + ": there is no such file, and no such name among 'lockstep models'; check the path, or take "
                            + "the embedded model with -m demo"))
                    .file());
        }
        return new File(path);
    }

    /** The embedded model. */
    static ModelReference demo() {
        var directory = CacheDirectory.ofUser().resolve("models");
        try {
            return new File(DemoModel.install(directory));
        } catch (UncheckedIOException failure) {
            throw new UncheckedIOException(new IOException(
                    "the embedded model cannot be written into %s (%s); LOCKSTEP_CACHE names another directory"
                            .formatted(directory, Reason.of(failure.getCause())),
                    failure));
        }
    }

    /**
     * The file.
     *
     * @throws UsageException if this is a shape, which has no weights
     */
    default Path file() {
        return switch (this) {
            case File file -> file.path;
            case Shape shape ->
                throw new UsageException(
                        shape + ": a shape has no weights and no vocabulary; it works with bench and inspect only");
        };
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException wrong) {
            throw new UsageException(ControlCharacters.escape(text) + ": is not a path; check it", wrong);
        }
    }

    /** For picocli. */
    final class Converter implements ITypeConverter<ModelReference> {
        @Override
        public ModelReference convert(String text) {
            return parse(text);
        }
    }
}
