package dev.lockstep.host;

import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.program.HostModule;
import dev.lockstep.host.program.HostProgram;
import dev.lockstep.host.program.StepContext;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The native function of a program, and what is noted of its steps: how long phases take, and when each core began them. */
final class StepFunction {
    private final HostProgram program;
    private final long entry;
    private final PhaseClock clock;
    private final StepTracer tracer;

    StepFunction(HostProgram program, NativeCode code, int cores, Arena arena) {
        this.program = program;
        entry = code.symbol(HostModule.step(program)).address();
        clock = new PhaseClock(program, arena);
        tracer = new StepTracer(program, cores, arena);
    }

    HostProgram program() {
        return program;
    }

    PhaseClock clock() {
        return clock;
    }

    StepTracer tracer() {
        return tracer;
    }

    /** Lets it be what runs next. */
    void choose(MemorySegment context, boolean traced) {
        context.set(ValueLayout.JAVA_LONG, StepContext.ENTRY, entry);
        context.set(ValueLayout.JAVA_LONG, StepContext.PHASE_CYCLES, clock.address());
        context.set(ValueLayout.JAVA_LONG, StepContext.TRACE, traced ? tracer.address() : 0);
    }

    /** Notes that it has run. */
    void done(int tokens, long nanoseconds, boolean traced) {
        clock.addStep(nanoseconds);
        if (traced) {
            tracer.stepDone(tokens, nanoseconds);
        }
    }
}
