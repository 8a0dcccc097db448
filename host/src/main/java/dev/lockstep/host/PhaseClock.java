package dev.lockstep.host;

import dev.lockstep.host.program.HostProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The cycles that native code counts for each phase of a program, and what they are in time. */
final class PhaseClock {
    private final HostProgram program;
    private final MemorySegment cycles;
    private long nanoseconds;

    PhaseClock(HostProgram program, Arena arena) {
        this.program = program;
        this.cycles = arena.allocate(8L * program.phases().size(), 64);
    }

    long address() {
        return cycles.address();
    }

    /** Tells how long the steps of the program took, which gives cycles their length. */
    void addStep(long duration) {
        nanoseconds += duration;
    }

    void reset() {
        cycles.fill((byte) 0);
        nanoseconds = 0;
    }

    List<PhaseTime> times() {
        Map<String, long[]> sums = new LinkedHashMap<>();
        List<String> labels = program.phaseLabels();
        long all = 0;
        for (int phase = 0; phase < labels.size(); phase++) {
            long count = cycles.getAtIndex(ValueLayout.JAVA_LONG, phase);
            long[] sum = sums.computeIfAbsent(labels.get(phase), _ -> new long[2]);
            sum[0]++;
            sum[1] += count;
            all += count;
        }
        double perCycle = all == 0 ? 0 : (double) nanoseconds / all;
        List<PhaseTime> times = new ArrayList<>();
        sums.forEach((label, sum) -> times.add(new PhaseTime(label, (int) sum[0], sum[1] * perCycle)));
        return times;
    }
}
