package dev.lockstep.cli.models;

import dev.lockstep.engine.ProgressListener;
import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.model.ModelFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Brings models into the models directory. */
public final class Puller {
    private final ModelDirectory directory;
    private final Hub hub;
    private final Download download;

    Puller(ModelDirectory directory, Hub hub, Download download) {
        this.directory = directory;
        this.hub = hub;
        this.download = download;
    }

    public static Puller ofUser(ModelDirectory directory, ProgressListener progress) {
        var web = new Web(System.getenv());
        return new Puller(directory, Hub.ofUser(web), new Download(web, progress, Duration.ofSeconds(1)));
    }

    /**
     * From Hugging Face; files that are there already stay.
     *
     * @throws ModelException if it cannot be had
     */
    public LocalModel pull(HubName name) {
        Map<Path, RemoteFile> files = new LinkedHashMap<>();
        hub.files(name).forEach((file, remote) -> files.put(directory.of(name).resolve(file), remote));
        files.forEach((file, remote) -> {
            if (!Files.exists(file)) {
                download.fetch(remote, file);
            }
        });
        var first = files.keySet().iterator().next();
        return FileNames.isModel(first.getFileName().toString())
                ? checked(first)
                : checkedDirectory(directory.of(name));
    }

    /**
     * From anywhere.
     *
     * @param sha256 what the file must have, in hexadecimal digits
     * @throws ModelException if it cannot be had
     */
    public LocalModel pull(URI address, Optional<String> sha256) {
        var path = String.valueOf(address.getPath());
        var name = path.substring(path.lastIndexOf('/') + 1);
        if (!FileNames.isModel(name)) {
            throw new ModelException(
                    address + ": the address does not end with the name of a .gguf file; give that of the file");
        }
        var file = directory.path().resolve(name);
        if (Files.exists(file)) {
            throw new ModelException(file + ": is there already; delete it if it is to be downloaded again");
        }
        download.fetch(new RemoteFile(address, Optional.empty(), sha256), file);
        return checked(file);
    }

    /** What came, if it is a model: servers send pages that say sorry with the status of success. */
    private LocalModel checked(Path first) {
        try {
            return opened(first);
        } catch (FormatException wrong) {
            try {
                Files.delete(first);
            } catch (IOException stays) {
                wrong.addSuppressed(stays);
            }
            throw new ModelException("what came is no model and was deleted: " + wrong.getMessage(), wrong);
        }
    }

    /** A directory stays, whatever it is: its files have their checksums, and a later version may know it. */
    private LocalModel checkedDirectory(Path path) {
        try {
            return opened(path);
        } catch (FormatException wrong) {
            throw new ModelException("the model is there, but cannot be run: " + wrong.getMessage(), wrong);
        }
    }

    private LocalModel opened(Path path) {
        try (var model = ModelFiles.open(path)) {
            return directory.models().stream()
                    .filter(local -> local.files().contains(model.files().getFirst()))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
