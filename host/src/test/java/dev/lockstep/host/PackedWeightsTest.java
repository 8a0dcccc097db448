package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.cache.ProgramCache;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.host.program.WeightPlan;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is packed to the same bytes natively and plainly, into memory and into an entry of the program cache. */
class PackedWeightsTest {
    private final Arena arena = Arena.ofAuto();
    private final TestModel model = TestModel.of(TestShape.of(TensorType.Q4_0, TensorType.F16), 5);
    private final WeightPlan plan = new WeightPlan(model.graph());

    @TempDir
    private Path directory;

    private byte[] packed(Map<String, Tensor> weights, Optional<NativePacking> fast) {
        MemorySegment memory = arena.allocate(plan.bytes(), 64);
        pack(weights, new PackingTarget.Memory(memory), fast);
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    private void pack(Map<String, Tensor> weights, PackingTarget target, Optional<NativePacking> fast) {
        var options = new HostOptions(1, KvType.F16, 64, 8, Optional.empty(), (_, _, _) -> {});
        PackedWeights.pack(model.graph(), plan, weights, target, options, fast);
    }

    /** Outside the heap, where files are mapped. */
    private Map<String, Tensor> mapped() {
        Map<String, Tensor> mapped = new HashMap<>();
        model.weights().forEach((name, tensor) -> {
            MemorySegment data = arena.allocate(tensor.data().byteSize(), 64).copyFrom(tensor.data());
            mapped.put(name, new Tensor(name, tensor.type(), tensor.columns(), tensor.rows(), tensor.matrices(), data));
        });
        return mapped;
    }

    @Test
    void shouldBeTheSameNativelyAndPlainly() {
        try (var fast =
                NativePacking.compile(List.of(QuantLayout.Q4_0), TestLlvm.codeGenerator()::compile, Target.host())) {
            Map<String, Tensor> weights = mapped();
            assertThat(weights.values()).filteredOn(fast::takes).isNotEmpty();
            assertThat(packed(weights, Optional.of(fast))).isEqualTo(packed(model.weights(), Optional.empty()));
        }
    }

    @Test
    void shouldBeTheSameInAnEntryOfTheCache() {
        List<String> warnings = new ArrayList<>();
        var programs = new ProgramCache(directory, 0, warnings::add);
        var cached = new CachedProgram(Optional.of(new HostCache(programs, "model", "Q4_0", "identity")));
        MemorySegment made = cached.makeWeights(plan, arena, target -> pack(model.weights(), target, Optional.empty()));
        byte[] expected = packed(model.weights(), Optional.empty());
        assertThat(made.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);

        cached.finish();
        assertThat(cached.knownWeights(plan, arena))
                .hasValueSatisfying(known ->
                        assertThat(known.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected));
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldGoOnInMemoryWhereTheCacheCannotBeWritten() {
        List<String> warnings = new ArrayList<>();
        var programs = new ProgramCache(directory, 0, warnings::add);
        var cached = new CachedProgram(Optional.of(new HostCache(programs, "model", "Q4_0", "identity")));
        List<PackingTarget> targets = new ArrayList<>();
        MemorySegment made = cached.makeWeights(plan, arena, target -> {
            targets.add(target);
            if (target instanceof PackingTarget.Entry) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            }
            pack(model.weights(), target, Optional.empty());
        });
        assertThat(targets).hasSize(2);
        assertThat(made.asSlice(0, plan.bytes()).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(packed(model.weights(), Optional.empty()));
        assertThat(warnings).singleElement().asString().contains("No space left");
        assertThat(programs.entries()).isEmpty();
    }
}
