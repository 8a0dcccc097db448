package dev.lockstep.host;

import dev.lockstep.host.program.StepContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Where rows of matrices are cut over the cores in steps of one token. Memory and shared caches serve one core better than another, for seconds, as other machines
 * leave them; equal shares make the better served one wait at every barrier. So shares follow what cores took for theirs in the steps before. Results do not depend on them.
 */
final class WorkShares {
    /** What part of a step's news is believed: others' interrupts are in it, too. */
    private static final double RATE = 1.0 / 16;

    /** A core's speed is at most so many times the mean, and at least as small a part of it. */
    private static final double MOST = 1.5;

    private final MemorySegment bounds;
    private final MemorySegment work;
    private final double[] speeds;

    WorkShares(int cores, Arena arena) {
        bounds = arena.allocate(Long.BYTES * (cores + 1L), 64);
        work = arena.allocate(StepContext.WORK_STRIDE * cores, 64);
        speeds = new double[cores];
        Arrays.fill(speeds, 1);
        cut();
    }

    long bounds() {
        return bounds.address();
    }

    long work() {
        return work.address();
    }

    /** Learns from a step that is done. */
    void learn() {
        double all = 0;
        for (int core = 0; core < speeds.length; core++) {
            all += speed(core);
        }
        for (int core = 0; core < speeds.length; core++) {
            double speed = Math.min(MOST, Math.max(1 / MOST, speed(core) * speeds.length / all));
            speeds[core] += (speed - speeds[core]) * RATE;
            work.set(ValueLayout.JAVA_LONG, core * StepContext.WORK_STRIDE, 0);
        }
        cut();
    }

    private double speed(int core) {
        long share = bound(core + 1) - bound(core);
        return (double) share / Math.max(1, work.get(ValueLayout.JAVA_LONG, core * StepContext.WORK_STRIDE));
    }

    private long bound(int core) {
        return bounds.getAtIndex(ValueLayout.JAVA_LONG, core);
    }

    private void cut() {
        double all = 0;
        for (double speed : speeds) {
            all += speed;
        }
        double before = 0;
        for (int core = 0; core < speeds.length; core++) {
            bounds.setAtIndex(ValueLayout.JAVA_LONG, core, (long) Math.ceil(before / all * StepContext.WHOLE));
            before += speeds[core];
        }
        bounds.setAtIndex(ValueLayout.JAVA_LONG, speeds.length, StepContext.WHOLE);
    }
}
