package dev.lockstep.host.llvm;

/** Hears how far the unpacking of the library is; called often, and not at all when nothing needs unpacking. */
@FunctionalInterface
public interface UnpackProgress {
    void unpacked(long bytes, long totalBytes);
}
