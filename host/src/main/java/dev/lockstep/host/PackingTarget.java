package dev.lockstep.host;

import dev.lockstep.host.cache.EntryDraft;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Where packed weights go. Safe for use by several threads. */
sealed interface PackingTarget {
    /** Room for the bytes from {@code offset} on, to be filled by this thread, which has no other room at the time. */
    MemorySegment room(long offset, long bytes);

    /**
     * The room that was given for {@code offset} is filled.
     *
     * @throws UncheckedIOException if the bytes cannot be kept
     */
    void filled(long offset, MemorySegment room);

    /** Memory of this process. */
    record Memory(MemorySegment packed) implements PackingTarget {
        @Override
        public MemorySegment room(long offset, long bytes) {
            return packed.asSlice(offset, bytes);
        }

        @Override
        public void filled(long offset, MemorySegment room) {}
    }

    /** An entry of the program cache: bytes are packed where they stay in the core's cache, and written from there. */
    final class Entry implements PackingTarget {
        private final EntryDraft draft;
        private final Arena arena;
        private final ThreadLocal<MemorySegment> rooms = ThreadLocal.withInitial(() -> MemorySegment.NULL);

        /** @param arena may be used by all threads, and lives as long as the work */
        Entry(EntryDraft draft, Arena arena) {
            this.draft = draft;
            this.arena = arena;
        }

        @Override
        public MemorySegment room(long offset, long bytes) {
            if (rooms.get().byteSize() < bytes) {
                rooms.set(arena.allocate(bytes, 64));
            }
            return rooms.get().asSlice(0, bytes);
        }

        @Override
        public void filled(long offset, MemorySegment room) {
            try {
                draft.write(room, offset);
            } catch (IOException refused) {
                throw new UncheckedIOException(refused);
            }
        }
    }
}
