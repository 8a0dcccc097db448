package dev.lockstep.cli.models;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** What has come of a file so far, beside its place under {@code NAME.part}, and the version that the server gave it. */
final class PartialFile {
    private static final int BUFFER = 1 << 20;

    private final Path file;
    private final Path content;
    private final Path version;

    PartialFile(Path file) {
        this.file = file;
        this.content = file.resolveSibling(file.getFileName() + ".part");
        this.version = file.resolveSibling(file.getFileName() + ".part.version");
    }

    /** Bytes that are there. */
    long size() throws IOException {
        return Files.exists(content) ? Files.size(content) : 0;
    }

    /** The entity tag of the file of which this is the beginning. */
    Optional<String> version() throws IOException {
        return Files.exists(version) ? Optional.of(Files.readString(version)) : Optional.empty();
    }

    /** Begins anew with another version; without one it cannot be continued later. */
    void restart(Optional<String> newVersion) throws IOException {
        Files.createDirectories(content.toAbsolutePath().getParent());
        Files.deleteIfExists(content);
        Files.deleteIfExists(version);
        if (newVersion.isPresent()) {
            Files.writeString(version, newVersion.get());
        }
    }

    OutputStream append() throws IOException {
        return Files.newOutputStream(content, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** In hexadecimal digits. */
    String sha256() throws IOException {
        try (var input = Files.newInputStream(content)) {
            var digest = MessageDigest.getInstance("SHA-256");
            var buffer = new byte[BUFFER];
            for (int count = input.read(buffer); count >= 0; count = input.read(buffer)) {
                digest.update(buffer, 0, count);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    /** Gives it its name. */
    void complete() throws IOException {
        Files.move(content, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(version);
    }

    void delete() throws IOException {
        Files.deleteIfExists(content);
        Files.deleteIfExists(version);
    }

    /** Bytes that the disk has room for. Not by way of its FileStore, for which a process in another root finds no mount point. */
    long room() {
        return content.toAbsolutePath().getParent().toFile().getUsableSpace();
    }
}
