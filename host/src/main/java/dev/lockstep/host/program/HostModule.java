package dev.lockstep.host.program;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.kernel.Synchronization;
import java.util.List;

/** The native module of a model: a step function for each program, one that only reads weights, and those that start steps and wait for them. */
public final class HostModule {
    /** {@code void (ptr context)}: runs a step on all cores; the caller is core 0. */
    public static final String START = "lockstep_start";

    /** {@code void (ptr context, i64 core)}: what a worker thread runs until the machine closes. */
    public static final String WORKER = "lockstep_worker";

    /** {@code void (ptr context, i64 core)}: reads all weights, as a step function that computes nothing. */
    public static final String READ = "lockstep_read";

    private HostModule() {}

    /** Name of the step function of a program: {@code void (ptr context, i64 core)}. */
    public static String step(HostProgram program) {
        return "lockstep_step_" + program.capacity();
    }

    /** The module as LLVM IR. */
    public static String ir(List<HostProgram> programs, WeightPlan weights, KvPlan kv, Target target) {
        Simd simd = Simd.of(target);
        IrModule module = new IrModule(simd.functionAttributes());
        for (HostProgram program : programs) {
            StepEmitter.emit(program, weights, kv, simd, module, step(program));
        }
        ReadEmitter.emit(weights.bytes(), simd, module, READ);
        Synchronization.starter(module, simd, START, StepContext.WORDS);
        Synchronization.worker(module, simd, WORKER, StepContext.WORDS);
        return module.text();
    }
}
