package dev.lockstep.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.program.HostModule;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Calls into the generated code. The calls are long, so none is {@code critical}: the collector need not wait for them. */
final class NativeStep {
    private final MethodHandle start;
    private final MethodHandle worker;

    NativeStep(NativeCode code) {
        Linker linker = Linker.nativeLinker();
        start = linker.downcallHandle(code.symbol(HostModule.START), FunctionDescriptor.ofVoid(ADDRESS));
        worker = linker.downcallHandle(code.symbol(HostModule.WORKER), FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG));
    }

    /** Runs a step on the caller and all workers; returns when it is done. */
    void start(MemorySegment context) {
        try {
            start.invokeExact(context);
        } catch (Throwable e) {
            throw new AssertionError("generated code throws nothing", e);
        }
    }

    /** Works on steps until the machine closes. */
    void work(MemorySegment context, long core) {
        try {
            worker.invokeExact(context, core);
        } catch (Throwable e) {
            throw new AssertionError("generated code throws nothing", e);
        }
    }
}
