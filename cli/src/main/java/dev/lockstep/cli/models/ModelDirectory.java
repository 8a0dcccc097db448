package dev.lockstep.cli.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Where this user's models lie. Every GGUF file in it or below is a model, and so is every directory with a config and safetensors, whoever put it there; downloads from Hugging Face lie in
 * {@code hf/OWNER/REPOSITORY}.
 */
public final class ModelDirectory {
    /** Names the directory; without it the XDG Base Directory Specification tells. */
    public static final String VARIABLE = "LOCKSTEP_MODELS";

    private static final int DEPTH = 5;

    private final Path path;

    public ModelDirectory(Path path) {
        this.path = path;
    }

    public static ModelDirectory ofUser() {
        var named = System.getenv(VARIABLE);
        if (named != null && !named.isBlank()) {
            return new ModelDirectory(Path.of(named).toAbsolutePath());
        }
        var data = System.getenv("XDG_DATA_HOME");
        var base = data != null && data.startsWith("/")
                ? Path.of(data)
                : Path.of(System.getProperty("user.home"), ".local", "share");
        return new ModelDirectory(base.resolve("lockstep").resolve("models"));
    }

    /** The directory, which need not exist. */
    public Path path() {
        return path;
    }

    /** Where the files of a repository belong. */
    Path of(HubName name) {
        return path.resolve("hf").resolve(name.owner()).resolve(name.repository());
    }

    /** All models, by name. */
    public List<LocalModel> models() {
        return in(path);
    }

    /** The model of a repository, if it has been downloaded. */
    public Optional<LocalModel> find(HubName name) {
        var there = in(of(name));
        return name.choose(there.stream().map(LocalModel::name).toList())
                .flatMap(chosen -> there.stream()
                        .filter(model -> model.name().equals(chosen))
                        .findFirst());
    }

    /**
     * The model with this name, or the only one whose name begins so; the case of letters does not matter.
     *
     * @throws ModelException if several names begin so
     */
    public Optional<LocalModel> find(String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        var models = models();
        var exact = models.stream()
                .filter(model -> model.name().toLowerCase(Locale.ROOT).equals(wanted))
                .findFirst();
        if (exact.isPresent() || wanted.isEmpty()) {
            return exact;
        }
        var beginning = models.stream()
                .filter(model -> model.name().toLowerCase(Locale.ROOT).startsWith(wanted))
                .toList();
        if (beginning.size() > 1) {
            throw new ModelException(name + ": several models are called so; write more of the name: "
                    + beginning.stream().map(LocalModel::name).collect(Collectors.joining(", ")));
        }
        return beginning.stream().findFirst();
    }

    private static List<LocalModel> in(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        // By directory and name: the parts of a model lie together.
        TreeMap<Path, List<Path>> parts = new TreeMap<>();
        TreeMap<Path, List<Path>> directories = new TreeMap<>();
        try (var files = Files.walk(directory, DEPTH)) {
            files.filter(Files::isRegularFile).sorted().forEach(file -> {
                var name = file.getFileName().toString();
                if (FileNames.isModel(name)) {
                    parts.computeIfAbsent(model(file), _ -> new ArrayList<>()).add(file);
                } else if (FileNames.isOfDirectory(name)) {
                    directories
                            .computeIfAbsent(file.getParent(), _ -> new ArrayList<>())
                            .add(file);
                }
            });
        } catch (IOException | UncheckedIOException failure) {
            throw new ModelException(directory + ": cannot be read (" + failure + "); check its permissions", failure);
        }
        List<LocalModel> models = new ArrayList<>();
        parts.forEach((model, files) -> models.add(
                new LocalModel(model.getFileName().toString(), files.getFirst(), List.copyOf(files), bytes(files))));
        directories.forEach((path, files) -> {
            if (FileNames.makeDirectory(
                    files.stream().map(file -> file.getFileName().toString()).toList())) {
                models.add(new LocalModel(path.getFileName().toString(), path, List.copyOf(files), bytes(files)));
            }
        });
        models.sort((a, b) -> a.name().compareToIgnoreCase(b.name()));
        return models;
    }

    private static Path model(Path file) {
        return file.resolveSibling(FileNames.model(file.getFileName().toString()));
    }

    private static long bytes(List<Path> files) {
        return files.stream().mapToLong(file -> file.toFile().length()).sum();
    }
}
