package dev.lockstep.host;

/** Hears how far a long piece of work is. May be called by several threads, but by one at a time. */
@FunctionalInterface
public interface HostProgress {
    /**
     * @param work what is done, such as {@code packing weights}
     * @param done bytes so far
     * @param total bytes in all
     */
    void report(String work, long done, long total);

    /**
     * A stage of opening is over. May be called by several threads at once.
     *
     * @param stage what was done
     */
    default void passed(String stage) {}
}
