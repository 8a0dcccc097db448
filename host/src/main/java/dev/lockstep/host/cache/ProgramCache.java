package dev.lockstep.host.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
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
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
    private static final Pattern UNFINISHED_ENTRY = Pattern.compile("([0-9a-f]{64})\\.(?:weights|code)\\..*\\.part");
    private static final String LOCK = "lock";
    private static final int DIGITS_OF_LOCK = 15;

    private final Path directory;
    private final long limit;
    private final Consumer<String> warnings;

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
            EntryHeader header = EntryHeader.read(channel);
            if (!header.digest().equals(key.digest())) {
                throw new DamagedEntryException("it belongs to another key");
            }
            MemorySegment content = EntryFile.map(channel, header, arena);
            EntryFile.check(content, header);
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
            warnings.accept("the program cache cannot be read (" + unreadable + "); check " + directory);
            return Optional.empty();
        }
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
        try {
            Files.createDirectories(directory);
            FileChannel locks =
                    FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                Path file = directory.resolve(key.fileName());
                if (tryLock(locks, key.digest()) != null && !Files.exists(file)) {
                    deleteUnfinished(locks, key);
                    if (makeRoom(bytes)) {
                        Path unfinished = directory.resolve(key.fileName() + "." + UUID.randomUUID() + UNFINISHED);
                        return Optional.of(new EntryDraft(unfinished, file, locks, key, model, type, bytes));
                    }
                }
                locks.close(); // and with it the lock
                return Optional.empty();
            } catch (IOException | RuntimeException failure) {
                locks.close();
                throw failure;
            }
        } catch (IOException failure) {
            warnOfWriting(failure);
            return Optional.empty();
        }
    }

    /** Tells that an entry could not be written. */
    public void warnOfWriting(IOException failure) {
        warnings.accept("the program cache cannot be written (" + failure.getMessage()
                + "), so that the next start takes as long as this one; make room in " + directory
                + ", let LOCKSTEP_CACHE name another place, or use --no-cache");
    }

    /** A lock per key: a byte of one file that is never deleted, so that no lock can be on a file that is gone. */
    private static FileLock tryLock(FileChannel locks, String digest) throws IOException {
        long position = Long.parseUnsignedLong(digest.substring(0, DIGITS_OF_LOCK), 16);
        try {
            return locks.tryLock(position, 1, false);
        } catch (OverlappingFileLockException thisProcess) {
            return null;
        }
    }

    /** What writers left that were killed: those that live hold the locks of their keys. */
    private void deleteUnfinished(FileChannel locks, CacheKey ours) throws IOException {
        for (Path file : files()) {
            Matcher name = UNFINISHED_ENTRY.matcher(file.getFileName().toString());
            if (!name.matches()) {
                continue;
            }
            if (name.group(1).equals(ours.digest())) {
                Files.deleteIfExists(file);
                continue;
            }
            try (FileLock lock = tryLock(locks, name.group(1))) {
                if (lock != null) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private boolean makeRoom(long bytes) throws IOException {
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
        try {
            for (Path file : files()) {
                for (EntryKind kind : EntryKind.values()) {
                    if (file.toString().endsWith(kind.suffix())) {
                        entry(kind, file).ifPresent(entries::add);
                    }
                }
            }
        } catch (IOException unreadable) {
            warnings.accept("the program cache cannot be read (" + unreadable + "); check " + directory);
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
            EntryHeader header = EntryHeader.read(channel);
            if (!header.digest().equals(digest)) {
                throw new DamagedEntryException("it belongs to another key");
            }
            EntryFile.check(EntryFile.map(channel, header, arena), header);
            return Optional.empty();
        } catch (DamagedEntryException damaged) {
            return Optional.of(damaged.getMessage());
        } catch (IOException unreadable) {
            return Optional.of("it cannot be read (" + unreadable + ")");
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
     * Deletes entries, those that were not used for longest first, until the rest takes at most {@code bytes}.
     *
     * @return the entries that were deleted
     */
    public List<CacheEntry> prune(long bytes) {
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
        try {
            for (Path file : files()) {
                String name = file.getFileName().toString();
                if (name.endsWith(UNFINISHED) || name.endsWith(ModelIdentity.SUFFIX)) {
                    deleteQuietly(file);
                }
            }
        } catch (IOException unreadable) {
            warnings.accept("the program cache cannot be read (" + unreadable + "); check " + directory);
        }
        return deleted;
    }

    private List<Path> files() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
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
