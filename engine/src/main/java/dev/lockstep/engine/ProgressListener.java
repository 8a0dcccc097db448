package dev.lockstep.engine;

/** Hears how far a long piece of work is. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * @param what the work, as a person would call it
     * @param done of {@code total}, in any unit
     */
    void progress(String what, long done, long total);

    /**
     * A stage on the way to the first token is over. May be called by several threads at once.
     *
     * @param stage the work, as a person would call it
     */
    default void passed(String stage) {}
}
