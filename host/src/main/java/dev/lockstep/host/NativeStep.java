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
    /** For both functions, as the JVM takes a while to prepare a kind of call: the number of the caller's core goes unread. */
    private static final FunctionDescriptor CALL = FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG);

    private final MethodHandle start;
    private final MethodHandle worker;

    NativeStep(NativeCode code) {
        Linker linker = Linker.nativeLinker();
        start = linker.downcallHandle(code.symbol(HostModule.START), CALL);
        worker = linker.downcallHandle(code.symbol(HostModule.WORKER), CALL);
    }

    /** Lets the JVM prepare the kind of call. */
    static void prepare() {
        Linker.nativeLinker().downcallHandle(CALL);
    }

    /** Runs a step on the caller and all workers; returns when it is done. */
    void start(MemorySegment context) {
        try {
            start.invokeExact(context, 0L);
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
