package dev.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.GraphBuilder;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Weight;
import dev.lockstep.host.HostUnavailableException;
import dev.lockstep.tensor.TensorType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachinesTest {
    private final List<String> warnings = new ArrayList<>();
    private final LockstepOptions options = LockstepOptions.DEFAULT.withWarnings(warnings::add);
    private final FakeMachine host = FakeMachine.hashing(8, 8);
    private final FakeMachine reference = FakeMachine.hashing(8, 8);
    private final Machines.Maker unavailable = () -> {
        throw new HostUnavailableException("libLLVM was not found");
    };

    @Test
    void shouldTakeTheHostMachineIfThereIsOne() {
        assertThat(Machines.choose(options, () -> host, () -> reference)).isSameAs(host);
        assertThat(warnings).isEmpty();
    }

    @Test
    void shouldFallBackToTheReferenceAndSayWhy() {
        assertThat(Machines.choose(options, unavailable, () -> reference)).isSameAs(reference);
        assertThat(warnings)
                .containsExactly("the host machine is not available (libLLVM was not found); the reference interpreter"
                        + " gives the same answers, but much more slowly");
    }

    @Test
    void shouldNotFallBackWhenAskedForOneMachine() {
        assertThatThrownBy(() -> Machines.choose(options.withEngine(EngineChoice.HOST), unavailable, () -> reference))
                .isInstanceOf(EngineException.class)
                .hasMessage("libLLVM was not found");
        assertThat(Machines.choose(options.withEngine(EngineChoice.REFERENCE), () -> host, () -> reference))
                .isSameAs(reference);
    }

    @Test
    void shouldTakeTheContextThatIsAskedForAndWarnIfTheModelNeverSawOne() {
        assertThat(Machines.contextLength(trainedFor(2048), options)).isEqualTo(2048);
        assertThat(Machines.contextLength(trainedFor(131072), options)).isEqualTo(LockstepOptions.DEFAULT_CONTEXT);
        assertThat(Machines.contextLength(trainedFor(131072), options.withContextLength(9000)))
                .isEqualTo(9000);
        assertThat(warnings).isEmpty();
        assertThat(Machines.contextLength(trainedFor(2048), options.withContextLength(9000)))
                .isEqualTo(9000);
        assertThat(warnings).singleElement().asString().contains("9000 tokens is larger than the 2048");
    }

    private static Graph trainedFor(int positions) {
        var graph = new GraphBuilder();
        graph.add(new Op.Embedding(new Weight("embedding", TensorType.F32, 8, 8, 1)));
        return graph.build("fake", positions);
    }
}
