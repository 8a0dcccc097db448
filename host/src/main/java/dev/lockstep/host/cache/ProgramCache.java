package dev.lockstep.host.cache;

import dev.lockstep.formats.Reason;
import dev.lockstep.host.memory.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Files with what was made from models, so that it need not be made again.
 *
 * <p>An entry appears under its name when it is complete and on the disk, and is checked in full whenever it is read: one that is
 * damaged is deleted, and counts as absent. Nothing that goes wrong here is an error of the caller: it is told in a warning, and the work
 * goes on without the cache. Safe for use by several threads and processes.
 */
public final class ProgramCache {
    /** Share of the free disk that entries may take unless a limit is given. */
    private static final double SHARE = 0.2;

    private static final String UNFINISHED = ".part";
    private static final Libc LIBC = new Libc();

    private final Path directory;
    private final long limit;
    private final Consumer<String> warnings;
    private final AtomicBoolean warned = new AtomicBoolean();

    /**
     * @param directory need not exist
     * @param limit most bytes of all entries together; 0 for a fifth of the disk that is free
     * @param warnings hears sentences about what cannot be read or written
     */
    public ProgramCache(Path directory, long limit, Consumer<String> warnings) {
        this.directory = directory;
        this.limit = limit;
        this.warnings = warnings;
    }

    /** The directory of the entries. */
    public Path directory() {
        return directory;
    }

    /** The content of an entry, if there is one that is whole; mapped until the arena closes. */
    public Optional<MemorySegment> read(CacheKey key, Arena arena) {
        Path file = directory.resolve(key.fileName());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MemorySegment content = checked(channel, key.digest(), arena);
            touch(file);
            return Optional.of(content);
        } catch (NoSuchFileException absent) {
            return Optional.empty();
        } catch (DamagedEntryException damaged) {
            warnings.accept("the entry " + file + " of the program cache is damaged (" + damaged.getMessage()
                    + "); it is made again");
            deleteQuietly(file);
            return Optional.empty();
        } catch (IOException unreadable) {
            warn("read", unreadable, ";");
            return Optional.empty();
        }
    }

    /** The content of an entry that has this key and is whole. */
    private static MemorySegment checked(FileChannel channel, String digest, Arena arena) throws IOException {
        EntryHeader header = EntryHeader.read(channel);
        if (!header.digest().equals(digest)) {
            throw new DamagedEntryException("it belongs to another key");
        }
        MemorySegment content = EntryFile.map(channel, header, arena);
        EntryFile.check(content, header);
        return content;
    }

    /**
     * Writes an entry, unless another thread or process is writing it or has done so. Makes room by deleting what was not used for longest.
     *
     * @param model a name for listings
     * @param type the type of most weights, for listings
     */
    public void write(CacheKey key, String model, String type, MemorySegment content) {
        Optional<EntryDraft> begun = draft(key, model, type, content.byteSize());
        if (begun.isPresent()) {
            try (EntryDraft draft = begun.get()) {
                draft.write(content, 0);
                draft.publish();
            } catch (IOException failure) {
                warnOfWriting(failure);
            }
        }
    }

    /**
     * Begins an entry whose content comes piece by piece, unless another thread or process is writing it or has done so, or there is no room.
     *
     * @param model a name for listings
     * @param type the type of most weights, for listings
     * @param bytes size of the content
     */
    public Optional<EntryDraft> draft(CacheKey key, String model, String type, long bytes) {
        Path file = directory.resolve(key.fileName());
        Path unfinished = directory.resolve(key.fileName() + UNFINISHED);
        try {
            Files.createDirectories(directory);
            FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .close();
            int lock = LIBC.tryLock(unfinished);
            if (lock < 0) {
                return Optional.empty();
            }
            try {
                if (isLocked(unfinished, lock)) {
                    if (!Files.exists(file) && makeRoom(bytes)) {
                        return Optional.of(new EntryDraft(unfinished, file, lock, key, model, type, bytes));
                    }
                    Files.deleteIfExists(unfinished);
                }
                LIBC.close(lock);
                return Optional.empty();
            } catch (IOException | RuntimeException failure) {
                LIBC.close(lock);
                throw failure;
            }
        } catch (IOException failure) {
            warnOfWriting(failure);
            return Optional.empty();
        }
    }

    /** Whether what was locked still has this name: whoever had it before may have published or deleted it since it was opened. */
    private static boolean isLocked(Path file, int descriptor) throws IOException {
        return Files.exists(file) && Files.isSameFile(Path.of("/proc/self/fd/" + descriptor), file);
    }

    /** Tells that entries cannot be written, unless something like it has been told. */
    public void warnOfWriting(IOException failure) {
        warn("written", failure, ", so that the next start takes as long as this one; make room there,");
    }

    private void warn(String done, IOException failure, String consequence) {
        if (!warned.getAndSet(true)) {
            warnings.accept("the program cache in " + directory + " cannot be " + done + " (" + Reason.of(failure) + ")"
                    + consequence + " let LOCKSTEP_CACHE name another place, or use --no-cache");
        }
    }

    /** Bytes of what is being written, and of what writers left that were killed. */
    public long unfinishedBytes() {
        return unfinished().stream().mapToLong(file -> file.toFile().length()).sum();
    }

    /** Deletes what writers left that were killed: those that live hold locks. */
    private void deleteAbandoned() {
        for (Path file : unfinished()) {
            int lock = LIBC.tryLock(file);
            if (lock >= 0) {
                deleteQuietly(file);
                LIBC.close(lock);
            }
        }
    }

    private List<Path> unfinished() {
        return files().stream()
                .filter(file -> file.toString().endsWith(UNFINISHED))
                .toList();
    }

    private boolean makeRoom(long bytes) {
        List<CacheEntry> entries = entries();
        long used = entries.stream().mapToLong(CacheEntry::bytes).sum();
        long most =
                limit > 0 ? limit : (long) (SHARE * (used + directory.toFile().getUsableSpace()));
        if (bytes > most) {
            warnings.accept("the program cache may take " + (most >> 20) + " MiB and this model needs " + (bytes >> 20)
                    + " MiB, so that the next start takes as long as this one; LOCKSTEP_CACHE_SIZE sets the limit");
            return false;
        }
        prune(most - bytes);
        return true;
    }

    /** Deletes an entry whose content is of no use. */
    public void delete(CacheKey key) {
        deleteQuietly(directory.resolve(key.fileName()));
    }

    /** All entries, the last used first. */
    public List<CacheEntry> entries() {
        List<CacheEntry> entries = new ArrayList<>();
        for (Path file : files()) {
            for (EntryKind kind : EntryKind.values()) {
                if (file.toString().endsWith(kind.suffix())) {
                    entry(kind, file).ifPresent(entries::add);
                }
            }
        }
        entries.sort(Comparator.comparing(CacheEntry::lastUsed).reversed().thenComparing(CacheEntry::file));
        return entries;
    }

    /**
     * Reads an entry from its first to its last byte, and leaves it as it is.
     *
     * @return what is wrong with it, in a sentence; nothing if its checksums agree
     */
    public Optional<String> damage(CacheEntry entry) {
        String name = entry.file().getFileName().toString();
        String digest = name.substring(0, name.length() - entry.kind().suffix().length());
        try (FileChannel channel = FileChannel.open(entry.file(), StandardOpenOption.READ);
                Arena arena = Arena.ofShared()) {
            checked(channel, digest, arena);
            return Optional.empty();
        } catch (DamagedEntryException damaged) {
            return Optional.of(damaged.getMessage());
        } catch (IOException unreadable) {
            return Optional.of("it cannot be read (" + Reason.of(unreadable) + ")");
        }
    }

    private static Optional<CacheEntry> entry(EntryKind kind, Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Instant used = Files.getLastModifiedTime(file).toInstant();
            try {
                EntryHeader header = EntryHeader.read(channel);
                return Optional.of(new CacheEntry(kind, header.model(), header.type(), channel.size(), used, file));
            } catch (DamagedEntryException damaged) {
                return Optional.of(new CacheEntry(kind, "", "", channel.size(), used, file));
            }
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    /**
     * Deletes entries, those that were not used for longest first, until the rest takes at most {@code bytes}, and what writers left that were killed.
     *
     * @return the entries that were deleted
     */
    public List<CacheEntry> prune(long bytes) {
        deleteAbandoned();
        List<CacheEntry> deleted = new ArrayList<>();
        long kept = 0;
        for (CacheEntry entry : entries()) {
            kept += entry.bytes();
            if (kept > bytes && deleteQuietly(entry.file())) {
                kept -= entry.bytes();
                deleted.add(entry);
            }
        }
        return deleted;
    }

    /**
     * Deletes all entries, and what writers left that were killed.
     *
     * @return the entries that were deleted
     */
    public List<CacheEntry> clear() {
        List<CacheEntry> deleted = prune(0);
        for (Path file : files()) {
            if (file.toString().endsWith(ModelIdentity.SUFFIX)) {
                deleteQuietly(file);
            }
        }
        return deleted;
    }

    /** All files; none, with a warning, where the directory cannot be read. */
    private List<Path> files() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        } catch (IOException unreadable) {
            warn("read", unreadable, ";");
            return List.of();
        }
    }

    /** Modification times order entries by use; where they cannot be set (a directory of others), the order is that of making. */
    private static void touch(Path file) {
        try {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        } catch (IOException notOurs) {
            return;
        }
    }

    private static boolean deleteQuietly(Path file) {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException notOurs) {
            return false;
        }
    }
}
