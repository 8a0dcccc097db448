package dev.lockstep.host.program;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.kernel.Simd;
import dev.lockstep.host.kernel.Synchronization;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes a {@link HostProgram} as one function {@code void (ptr context, i64 core)}: straight through all phases. */
final class StepEmitter {
    private StepEmitter() {}

    static void emit(
            HostProgram program, WeightPlan weightPlan, KvPlan kvPlan, Simd simd, IrModule module, String name) {
        List<PhaseCall> phases = IntStream.range(0, program.phases().size())
                .mapToObj(phase -> PhaseEmitter.emit(program, phase, weightPlan, kvPlan, simd, module))
                .toList();
        module.scheduleFunction(name, List.of(Type.PTR, Type.I64), f -> {
            Ir context = f.parameter(0);
            Ir tokens = CoreView.tokens(program, f);
            Ir patience = Synchronization.rest(
                    f, tokens, program.products() / program.phases().size());
            Kernels kernels = new Kernels(module, simd);
            boolean tiles = program.capacity() > 1 && kernels.tiles();
            f.ifThen(
                    f.icmp("eq", f.parameter(1), Ir.i64(0)),
                    () -> f.store(f.cycles(), f.offset(context, StepContext.LAST_CYCLE)));
            if (tiles) {
                f.ifThen(kernels.tiled(f, tokens), () -> kernels.openTiles(f));
            }
            phases.forEach(phase -> call(f, phase, patience));
            if (tiles) {
                f.ifThen(kernels.tiled(f, tokens), () -> kernels.closeTiles(f));
            }
        });
    }

    private static void call(IrFunction f, PhaseCall call, Ir patience) {
        Stream<Ir> own = Stream.of(f.parameter(0), f.parameter(1), patience, Ir.i64(call.phase()));
        f.callLocal(
                call.function(),
                Stream.concat(own, call.places().stream().map(Ir::i64)).toArray(Ir[]::new));
    }
}
