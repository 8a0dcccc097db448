package dev.lockstep.engine;

/** Hears how far a long piece of work is. */
@FunctionalInterface
public interface ProgressListener {
    /**
     * @param what the work, as a person would call it
     * @param done of {@code total}, in any unit
     */
    void progress(String what, long done, long total);
}
