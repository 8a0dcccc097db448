package dev.lockstep.host;

import dev.lockstep.host.program.HostProgram;
import dev.lockstep.host.program.TraceLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The memory into which steps of a program note their times, and what it says about the last of them. */
final class StepTracer {
    private final HostProgram program;
    private final MemorySegment times;
    private final int cores;
    private final int phases;
    private long nanoseconds;
    private int tokens;

    StepTracer(HostProgram program, int cores, Arena arena) {
        this.program = program;
        this.cores = cores;
        this.phases = program.phases().size();
        this.times = arena.allocate(cores * TraceLayout.rowBytes(phases), 64);
    }

    long address() {
        return times.address();
    }

    /** Tells how long the step took, which gives cycles their length. */
    void stepDone(int tokens, long nanoseconds) {
        this.tokens = tokens;
        this.nanoseconds = nanoseconds;
    }

    /** The step that was traced last; empty if there was none. */
    Optional<StepTrace> last() {
        if (tokens == 0) {
            return Optional.empty();
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (int core = 0; core < cores; core++) {
            first = Math.min(first, cycles(TraceLayout.began(phases, core, 0)));
            last = Math.max(last, cycles(TraceLayout.ended(phases, core, phases - 1)));
        }
        double perCycle = (double) nanoseconds / Math.max(1, last - first);
        List<StepTrace.CoreTrace> traces = new ArrayList<>();
        for (int core = 0; core < cores; core++) {
            long[] began = new long[phases];
            long[] ended = new long[phases];
            for (int phase = 0; phase < phases; phase++) {
                began[phase] = (long) ((cycles(TraceLayout.began(phases, core, phase)) - first) * perCycle);
                ended[phase] = (long) ((cycles(TraceLayout.ended(phases, core, phase)) - first) * perCycle);
            }
            traces.add(new StepTrace.CoreTrace(began, ended));
        }
        return Optional.of(new StepTrace(tokens, nanoseconds, program.phaseLabels(), traces));
    }

    private long cycles(long offset) {
        return times.get(ValueLayout.JAVA_LONG, offset);
    }
}
