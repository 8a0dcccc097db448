package dev.lockstep.host;

import java.util.List;

/**
 * What every core did in one step: for each phase when it began to work and when it came to the barrier, where it waited for the others.
 *
 * @param tokens of the step
 * @param nanoseconds from its beginning to its end
 * @param phases what each phase does
 * @param cores in order
 */
public record StepTrace(int tokens, long nanoseconds, List<String> phases, List<CoreTrace> cores) {
    public StepTrace {
        phases = List.copyOf(phases);
        cores = List.copyOf(cores);
    }

    /** The times of one core, in nanoseconds since the step began. */
    public static final class CoreTrace {
        private final long[] began;
        private final long[] ended;

        CoreTrace(long[] began, long[] ended) {
            this.began = began;
            this.ended = ended;
        }

        public long began(int phase) {
            return began[phase];
        }

        public long ended(int phase) {
            return ended[phase];
        }
    }
}
