package dev.lockstep.host.kernel;

import dev.lockstep.host.code.NativeCode;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.llvm.TestLlvm;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** One function of pointers, compiled by itself. */
final class TestKernel implements AutoCloseable {
    private final NativeCode code;
    private final MethodHandle handle;
    private final int parameters;

    /** @param body writes the function; its parameters are pointers */
    TestKernel(Target target, int parameters, Consumer<IrFunction> body) {
        IrModule module = new IrModule(Simd.of(target).functionAttributes());
        List<Type> types = Stream.generate(() -> Type.PTR).limit(parameters).toList();
        module.publicFunction("kernel", types, body);
        this.code = NativeCode.load(TestLlvm.codeGenerator().compile(module.text(), target));
        ValueLayout[] layouts =
                Stream.generate(() -> ValueLayout.ADDRESS).limit(parameters).toArray(ValueLayout[]::new);
        this.handle = Linker.nativeLinker().downcallHandle(code.symbol("kernel"), FunctionDescriptor.ofVoid(layouts));
        this.parameters = parameters;
    }

    void call(MemorySegment... arguments) {
        try {
            handle.invokeWithArguments(new ArrayList<Object>(List.of(arguments).subList(0, parameters)));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        code.close();
    }
}
