package dev.lockstep.host.llvm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The functions of the LLVM C API that we call, each as one method of ordinary Java shape. What LLVM hands out is a
 * plain address; whoever receives one disposes of it.
 *
 * <p>Source: the headers {@code llvm-c/Core.h}, {@code IRReader.h}, {@code Analysis.h}, {@code Target.h},
 * {@code TargetMachine.h}, {@code Transforms/PassBuilder.h}, {@code Error.h}, {@code ErrorHandling.h}.
 */
final class Llvm {
    /** LLVMCodeGenFileType. */
    static final int ASSEMBLY_FILE = 0;

    static final int OBJECT_FILE = 1;

    private static final int OPTIMISE_AGGRESSIVELY = 3;
    private static final int RELOCATABLE_PIC = 2;
    private static final int CODE_MODEL_SMALL = 3;
    private static final int VERIFIER_RETURNS_STATUS = 2;
    private static final int SEVERITY_ERROR = 0;

    private final SymbolLookup library;
    private final MethodHandle version;
    private final MethodHandle hostCpuFeatures;
    private final MethodHandle contextCreate;
    private final MethodHandle contextDispose;
    private final MethodHandle contextSetDiagnosticHandler;
    private final MethodHandle diagnosticSeverity;
    private final MethodHandle diagnosticDescription;
    private final MethodHandle installFatalErrorHandler;
    private final MethodHandle resetFatalErrorHandler;
    private final MethodHandle bufferFromRange;
    private final MethodHandle bufferStart;
    private final MethodHandle bufferSize;
    private final MethodHandle bufferDispose;
    private final MethodHandle messageDispose;
    private final MethodHandle parseIr;
    private final MethodHandle moduleVerify;
    private final MethodHandle moduleSetTriple;
    private final MethodHandle moduleSetDataLayout;
    private final MethodHandle moduleDispose;
    private final MethodHandle targetFromTriple;
    private final MethodHandle machineCreate;
    private final MethodHandle machineDataLayout;
    private final MethodHandle machineEmit;
    private final MethodHandle machineDispose;
    private final MethodHandle dataLayoutDispose;
    private final MethodHandle passOptionsCreate;
    private final MethodHandle passOptionsDispose;
    private final MethodHandle runPasses;
    private final MethodHandle errorMessage;
    private final MethodHandle errorMessageDispose;

    /** Opens the library for the life of the process: LLVM does not support being unloaded. */
    Llvm(Path path) {
        try {
            library = SymbolLookup.libraryLookup(path, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new LlvmException("it cannot be opened as a library (" + e.getMessage() + ")", e);
        }
        version = function("LLVMGetVersion", null, ADDRESS, ADDRESS, ADDRESS);
        hostCpuFeatures = function("LLVMGetHostCPUFeatures", ADDRESS);
        contextCreate = function("LLVMContextCreate", ADDRESS);
        contextDispose = function("LLVMContextDispose", null, ADDRESS);
        contextSetDiagnosticHandler = function("LLVMContextSetDiagnosticHandler", null, ADDRESS, ADDRESS, ADDRESS);
        diagnosticSeverity = function("LLVMGetDiagInfoSeverity", JAVA_INT, ADDRESS);
        diagnosticDescription = function("LLVMGetDiagInfoDescription", ADDRESS, ADDRESS);
        installFatalErrorHandler = function("LLVMInstallFatalErrorHandler", null, ADDRESS);
        resetFatalErrorHandler = function("LLVMResetFatalErrorHandler", null);
        bufferFromRange = function("LLVMCreateMemoryBufferWithMemoryRangeCopy", ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
        bufferStart = function("LLVMGetBufferStart", ADDRESS, ADDRESS);
        bufferSize = function("LLVMGetBufferSize", JAVA_LONG, ADDRESS);
        bufferDispose = function("LLVMDisposeMemoryBuffer", null, ADDRESS);
        messageDispose = function("LLVMDisposeMessage", null, ADDRESS);
        parseIr = function("LLVMParseIRInContext", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        moduleVerify = function("LLVMVerifyModule", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
        moduleSetTriple = function("LLVMSetTarget", null, ADDRESS, ADDRESS);
        moduleSetDataLayout = function("LLVMSetModuleDataLayout", null, ADDRESS, ADDRESS);
        moduleDispose = function("LLVMDisposeModule", null, ADDRESS);
        targetFromTriple = function("LLVMGetTargetFromTriple", JAVA_INT, ADDRESS, ADDRESS, ADDRESS);
        machineCreate = function(
                "LLVMCreateTargetMachine", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
        machineDataLayout = function("LLVMCreateTargetDataLayout", ADDRESS, ADDRESS);
        machineEmit =
                function("LLVMTargetMachineEmitToMemoryBuffer", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
        machineDispose = function("LLVMDisposeTargetMachine", null, ADDRESS);
        dataLayoutDispose = function("LLVMDisposeTargetData", null, ADDRESS);
        passOptionsCreate = function("LLVMCreatePassBuilderOptions", ADDRESS);
        passOptionsDispose = function("LLVMDisposePassBuilderOptions", null, ADDRESS);
        runPasses = function("LLVMRunPasses", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
        errorMessage = function("LLVMGetErrorMessage", ADDRESS, ADDRESS);
        errorMessageDispose = function("LLVMDisposeErrorMessage", null, ADDRESS);
    }

    /** Major, minor, patch. Callable before {@link #initialise}. */
    String version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(JAVA_INT, 3);
            run(() -> {
                version.invokeExact(
                        numbers, numbers.asSlice(JAVA_INT.byteSize()), numbers.asSlice(2 * JAVA_INT.byteSize()));
            });
            return numbers.getAtIndex(JAVA_INT, 0)
                    + "." + numbers.getAtIndex(JAVA_INT, 1)
                    + "." + numbers.getAtIndex(JAVA_INT, 2);
        }
    }

    /** Registers the code generators for x86 and AArch64. Repeating it does no harm. */
    void initialise() {
        for (String target : List.of("X86", "AArch64")) {
            for (String part : List.of("TargetInfo", "Target", "TargetMC", "AsmPrinter", "AsmParser")) {
                MethodHandle initialise = function("LLVMInitialize" + target + part, null);
                run(() -> {
                    initialise.invokeExact();
                });
            }
        }
    }

    /**
     * What LLVM finds on this machine: all features that it knows, each with {@code +} or {@code -} in front, separated
     * by commas. Our own detection is held against it.
     */
    String hostCpuFeatures() {
        return takeMessage(call(() -> (MemorySegment) hostCpuFeatures.invokeExact()));
    }

    MemorySegment createContext() {
        return call(() -> (MemorySegment) contextCreate.invokeExact());
    }

    void disposeContext(MemorySegment context) {
        dispose(contextDispose, context);
    }

    /**
     * Sends the errors of a context's code generation to {@code listener}. Without a handler LLVM prints the first one
     * and ends the process.
     *
     * @param arena lives at least as long as the context
     */
    void onError(MemorySegment context, Consumer<String> listener, Arena arena) {
        MemorySegment handler = upcall(
                (diagnostic, _) -> {
                    int severity = call(() -> (int) diagnosticSeverity.invokeExact(diagnostic));
                    if (severity == SEVERITY_ERROR) {
                        listener.accept(
                                takeMessage(call(() -> (MemorySegment) diagnosticDescription.invokeExact(diagnostic))));
                    }
                },
                arena);
        run(() -> {
            contextSetDiagnosticHandler.invokeExact(context, handler, MemorySegment.NULL);
        });
    }

    /**
     * Sends LLVM's fatal errors ("cannot select" and the like) to {@code listener}, which must never return: LLVM
     * ends the process after it does. There is one such handler per process and library.
     */
    void onFatalError(Consumer<String> listener) {
        MemorySegment handler = upcall((reason, _) -> listener.accept(text(reason)), Arena.global());
        run(() -> {
            resetFatalErrorHandler.invokeExact();
        });
        run(() -> {
            installFatalErrorHandler.invokeExact(handler);
        });
    }

    /** Parses IR text into a new module of the context. */
    MemorySegment parse(MemorySegment context, String ir) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(ir);
            MemorySegment name = arena.allocateFrom("ir");
            MemorySegment buffer =
                    call(() -> (MemorySegment) bufferFromRange.invokeExact(text, text.byteSize() - 1, name));
            MemorySegment module = arena.allocate(ADDRESS);
            MemorySegment message = arena.allocate(ADDRESS);
            int failed = call(() -> (int) parseIr.invokeExact(context, buffer, module, message));
            if (failed != 0) {
                throw new LlvmException("LLVM cannot read the IR: " + takeMessage(message.get(ADDRESS, 0)));
            }
            return module.get(ADDRESS, 0);
        }
    }

    void verify(MemorySegment module) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(ADDRESS);
            int failed = call(() -> (int) moduleVerify.invokeExact(module, VERIFIER_RETURNS_STATUS, out));
            String message = takeMessage(out.get(ADDRESS, 0));
            if (failed != 0) {
                throw new LlvmException("LLVM's verifier refuses the IR: " + message);
            }
        }
    }

    void disposeModule(MemorySegment module) {
        dispose(moduleDispose, module);
    }

    /** A machine that makes position-independent code of the small code model, optimised aggressively. */
    MemorySegment createMachine(String triple, String cpu, String features) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment tripleText = arena.allocateFrom(triple);
            MemorySegment cpuText = arena.allocateFrom(cpu);
            MemorySegment featureText = arena.allocateFrom(features);
            MemorySegment target = arena.allocate(ADDRESS);
            MemorySegment message = arena.allocate(ADDRESS);
            int failed = call(() -> (int) targetFromTriple.invokeExact(tripleText, target, message));
            if (failed != 0) {
                throw new LlvmException(
                        "LLVM has no code generator for " + triple + ": " + takeMessage(message.get(ADDRESS, 0)));
            }
            MemorySegment chosen = target.get(ADDRESS, 0);
            return call(() -> (MemorySegment) machineCreate.invokeExact(
                    chosen,
                    tripleText,
                    cpuText,
                    featureText,
                    OPTIMISE_AGGRESSIVELY,
                    RELOCATABLE_PIC,
                    CODE_MODEL_SMALL));
        }
    }

    void disposeMachine(MemorySegment machine) {
        dispose(machineDispose, machine);
    }

    /** Gives the module the triple and the data layout of the machine. */
    void retarget(MemorySegment module, String triple, MemorySegment machine) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment tripleText = arena.allocateFrom(triple);
            run(() -> {
                moduleSetTriple.invokeExact(module, tripleText);
            });
            MemorySegment layout = call(() -> (MemorySegment) machineDataLayout.invokeExact(machine));
            run(() -> {
                moduleSetDataLayout.invokeExact(module, layout);
            });
            dispose(dataLayoutDispose, layout);
        }
    }

    /** @param passes a pipeline in the syntax of {@code opt -passes}, for example {@code default<O3>} */
    void runPasses(MemorySegment module, String passes, MemorySegment machine) {
        MemorySegment options = call(() -> (MemorySegment) passOptionsCreate.invokeExact());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pipeline = arena.allocateFrom(passes);
            MemorySegment error = call(() -> (MemorySegment) runPasses.invokeExact(module, pipeline, machine, options));
            if (error.address() != 0) {
                MemorySegment message = call(() -> (MemorySegment) errorMessage.invokeExact(error));
                String reason = text(message);
                dispose(errorMessageDispose, message);
                throw new LlvmException("LLVM cannot run the passes '" + passes + "': " + reason);
            }
        } finally {
            dispose(passOptionsDispose, options);
        }
    }

    byte[] emit(MemorySegment module, MemorySegment machine, int fileType) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(ADDRESS);
            MemorySegment out = arena.allocate(ADDRESS);
            int failed = call(() -> (int) machineEmit.invokeExact(machine, module, fileType, message, out));
            if (failed != 0) {
                throw new LlvmException("LLVM cannot emit code: " + takeMessage(message.get(ADDRESS, 0)));
            }
            MemorySegment buffer = out.get(ADDRESS, 0);
            MemorySegment start = call(() -> (MemorySegment) bufferStart.invokeExact(buffer));
            long size = call(() -> (long) bufferSize.invokeExact(buffer));
            byte[] file = start.reinterpret(size).toArray(ValueLayout.JAVA_BYTE);
            dispose(bufferDispose, buffer);
            return file;
        }
    }

    /** Text that LLVM allocated for its caller; LLVM may leave the address unset when it has nothing to say. */
    private String takeMessage(MemorySegment message) {
        if (message.address() == 0) {
            return "";
        }
        String text = text(message);
        dispose(messageDispose, message);
        return text;
    }

    private static String text(MemorySegment address) {
        return address.reinterpret(Long.MAX_VALUE)
                .getString(0, StandardCharsets.UTF_8)
                .strip();
    }

    private MethodHandle function(String name, @Nullable MemoryLayout result, MemoryLayout... parameters) {
        MemorySegment address = library.find(name).orElseThrow(() -> new LlvmException("it has no function " + name));
        FunctionDescriptor descriptor =
                result == null ? FunctionDescriptor.ofVoid(parameters) : FunctionDescriptor.of(result, parameters);
        return Linker.nativeLinker().downcallHandle(address, descriptor);
    }

    /** A C function of two pointers; one with a single parameter may be passed too, as the second is then ignored. */
    private static MemorySegment upcall(Callback callback, Arena arena) {
        try {
            MethodHandle target = MethodHandles.lookup()
                    .bind(
                            callback,
                            "accept",
                            MethodType.methodType(void.class, MemorySegment.class, MemorySegment.class));
            return Linker.nativeLinker().upcallStub(target, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS), arena);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T call(NativeCall<T> function) {
        try {
            return function.call();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a native function throws nothing checked", e);
        }
    }

    private static void dispose(MethodHandle function, MemorySegment address) {
        run(() -> {
            function.invokeExact(address);
        });
    }

    private static void run(NativeAction function) {
        call(() -> {
            function.run();
            return true;
        });
    }

    @FunctionalInterface
    private interface NativeCall<T> {
        T call() throws Throwable;
    }

    @FunctionalInterface
    private interface NativeAction {
        void run() throws Throwable;
    }

    @FunctionalInterface
    private interface Callback {
        void accept(MemorySegment first, MemorySegment second);
    }
}
