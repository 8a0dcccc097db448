package dev.lockstep.host;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.llvm.TestLlvm;
import java.util.Optional;

/** Host machines for tests. */
final class TestHost {
    private TestHost() {}

    static HostMachine open(TestModel model, int threads, KvType kvType) {
        return open(model, threads, kvType, Optional.empty());
    }

    static HostMachine open(TestModel model, int threads, KvType kvType, Optional<Target> target) {
        return new HostMachine(
                model.graph(),
                model.weights(),
                new HostOptions(threads, kvType, Transcript.MOST, Transcript.MOST, target, (_, _, _) -> {}),
                TestLlvm.codeGenerator()::compile);
    }
}
