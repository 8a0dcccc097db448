package dev.lockstep.host.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Large zeroed memory on large pages where the system gives them: with pages of 4 KiB a core that streams gigabytes spends
 * much of its time on address translation.
 */
public final class LargeMemory {
    private static final long HUGE_PAGE = 2L << 20;

    private LargeMemory() {}

    /** At least {@code bytes}, aligned to a large page, given back when the arena closes; not resident before it is touched. */
    public static MemorySegment allocate(long bytes, Arena arena) {
        Libc libc = new Libc();
        long size = Math.addExact(bytes, 2 * HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        MemorySegment mapped = libc.map(size);
        MemorySegment owned = mapped.reinterpret(size, arena, libc::unmap);
        long start = -mapped.address() & HUGE_PAGE - 1;
        MemorySegment aligned = owned.asSlice(start, size - HUGE_PAGE);
        libc.adviseHugePages(aligned);
        return aligned.asSlice(0, bytes);
    }
}
