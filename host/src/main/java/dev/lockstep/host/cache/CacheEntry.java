package dev.lockstep.host.cache;

import java.nio.file.Path;
import java.time.Instant;

/**
 * An entry as a listing shows it.
 *
 * @param model the name that the model had when the entry was made; empty if the entry cannot be understood
 * @param type of most weights
 * @param bytes of the file
 * @param lastUsed when it was made or last read
 */
public record CacheEntry(EntryKind kind, String model, String type, long bytes, Instant lastUsed, Path file) {}
