package dev.lockstep.compiler.collective;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SumCostTest {
    private static final Machine MACHINE = Machine.lpuV1();

    @ParameterizedTest
    @CsvSource({
        // form, topology, chips, chips a stage, hops, vectors of 13 blocks, hops to the next stage
        "CARRIERS, NODE, 8, 8, 2, 4, 1",
        "ONE_SHOT, NODE, 8, 8, 1, 26, 2",
        "CARRIERS, QUADFOUR_RING, 576, 32, 3, 8, 1",
        "CARRIERS, DRAGONFLY, 264, 32, 3, 26, 1",
        "CARRIERS, DRAGONFLY, 32, 32, 3, 4, 1",
        "ONE_SHOT, DRAGONFLY, 32, 32, 2, 26, 1"
    })
    void shouldCountHopsAndVectors(
            SumForm form, Topology topology, int chips, int tensor, int hops, int vectors, int onward) {
        assertThat(form.possible(MACHINE, topology, chips, tensor)).isTrue();
        assertThat(SumCost.of(form, MACHINE, topology, chips, tensor, 4096))
                .isEqualTo(new SumCost(hops, vectors, onward));
    }

    @ParameterizedTest
    @CsvSource({"QUADFOUR_RING, 576", "QUADFOUR_LINE, 32", "DRAGONFLY, 48", "DRAGONFLY_RACKS, 144"})
    void shouldNeedALinkOfEveryChipToSendToAllNodesAtOnce(Topology topology, int chips) {
        assertThat(SumForm.ONE_SHOT.possible(MACHINE, topology, chips, 32)).isFalse();
        assertThat(SumForm.ONE_SHOT.possible(MACHINE, topology, chips, 8)).isTrue();
    }
}
