package dev.lockstep.host.code;

/**
 * Where the parts of an image end that have different rights: {@code [0, executeEnd)} is run, up to {@code readEnd} is
 * read, up to {@code writeEnd} is written. All are multiples of {@link #PAGE_BYTES}.
 */
record CodeLayout(long executeEnd, long readEnd, long writeEnd) {
    /** The largest page of the systems that we run on (AArch64 Linux has 4, 16 or 64 KiB); rights go by pages. */
    static final long PAGE_BYTES = 64 << 10;

    /** Hands out places from the start of the image on. */
    static final class Builder {
        private long end;

        void beginPart() {
            end = align(end, PAGE_BYTES);
        }

        long add(long size, long alignment) {
            long offset = align(end, alignment);
            end = offset + size;
            return offset;
        }

        long endOfPart() {
            return align(end, PAGE_BYTES);
        }

        private static long align(long offset, long alignment) {
            return offset + alignment - 1 & -alignment;
        }
    }
}
