package dev.lockstep.lpu.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WiringTest {
    private final Machine machine = Machine.lpuV1();

    @ParameterizedTest
    @CsvSource({
        "NODE, 1",
        "NODE, 2",
        "NODE, 8",
        "QUADFOUR_LINE, 16",
        "QUADFOUR_LINE, 72",
        "QUADFOUR_RING, 16",
        "QUADFOUR_RING, 64",
        "QUADFOUR_RING, 72",
        "QUADFOUR_RING, 576",
        "DRAGONFLY, 16",
        "DRAGONFLY, 264",
        "DRAGONFLY_RACKS, 72",
        "DRAGONFLY_RACKS, 144",
        "DRAGONFLY_RACKS, 10440"
    })
    void shouldJoinEveryPortToOneOther(Topology topology, int chips) {
        Wiring wiring = Wiring.of(machine, topology, chips);
        Set<Port> ends = new HashSet<>();
        for (int chip = 0; chip < chips; chip++) {
            for (int port = 0; port < 11; port++) {
                Optional<Port> peer = wiring.peer(chip, port);
                if (peer.isPresent()) {
                    Port there = peer.get();
                    assertThat(there.chip()).isNotEqualTo(chip);
                    assertThat(wiring.peer(there.chip(), there.port())).contains(new Port(chip, port));
                    assertThat(ends.add(there)).isTrue();
                    assertThat(port < 7).isEqualTo(wiring.node(chip) == wiring.node(there.chip()));
                }
            }
        }
        assertThat(java.util.Arrays.stream(wiring.hopsFrom(0)).min().orElseThrow())
                .isZero();
    }

    @Test
    void shouldJoinEveryChipOfANode() {
        Wiring wiring = Wiring.of(machine, Topology.NODE, 8);

        assertThat(wiring.diameter()).isEqualTo(1);
        assertThat(wiring.linksAcross(chip -> chip == 0)).isEqualTo(7);
        assertThat(wiring.portsTo(3, 5)).containsExactly((3 ^ 5) - 1);
    }

    @Test
    void shouldHaveThePublishedDiametersAndBisection() {
        Wiring nine = Wiring.of(machine, Topology.QUADFOUR_RING, 72);
        assertThat(nine.diameter()).isEqualTo(3);
        assertThat(nine.linksAcross(chip -> nine.node(chip) < 4)).isEqualTo(80);
        assertThat(Wiring.of(machine, Topology.QUADFOUR_RING, 136).diameter()).isEqualTo(5);
        assertThat(Wiring.of(machine, Topology.DRAGONFLY, 264).diameter()).isEqualTo(3);
    }

    @Test
    void shouldHaveThePublishedLinksBetweenNodesOfALine() {
        Wiring line = Wiring.of(machine, Topology.QUADFOUR_LINE, 16 * 8);

        assertThat(line.linksAcross(chip -> line.node(chip) < 8)).isEqualTo(40);
    }

    /** Nodes that share work do alike: each chip with a link to one other node of its four has links to its like in all three. */
    @ParameterizedTest
    @CsvSource({"32, 8", "40, 8", "64, 4", "72, 4", "96, 2", "264, 1"})
    void shouldJoinFoursOfADragonflyAlike(int chips, int links) {
        Wiring wiring = Wiring.of(machine, Topology.DRAGONFLY, chips);

        for (int node = 0; node < chips / 32 * 4; node++) {
            for (int chip = 0; chip < links; chip++) {
                for (int mate = 1; mate < 4; mate++) {
                    assertThat(wiring.peer(8 * node + chip, 6 + mate))
                            .contains(new Port(8 * (node ^ mate) + chip, 6 + mate));
                }
                if (node + 4 < chips / 32 * 4) {
                    assertThat(wiring.peer(8 * node + chip, 10)).contains(new Port(8 * (node + 4) + links + chip, 10));
                }
            }
        }
        assertThat(wiring.linksAcross(chip -> chip < 8)).isEqualTo(32 / (chips / 8 - 1) * (chips / 8 - 1));
    }

    @Test
    void shouldRefuseWhatCannotBeWired() {
        assertThatThrownBy(() -> Wiring.of(machine, Topology.NODE, 9)).hasMessageContaining("one node of 8");
        assertThatThrownBy(() -> Wiring.of(machine, Topology.QUADFOUR_LINE, 12)).hasMessageContaining("multiple of 8");
        assertThatThrownBy(() -> Wiring.of(machine, Topology.DRAGONFLY, 34 * 8))
                .hasMessageContaining("dragonfly_racks");
        assertThatThrownBy(() -> Wiring.of(machine, Topology.DRAGONFLY_RACKS, 80))
                .hasMessageContaining("whole racks");
        assertThatThrownBy(() -> Wiring.of(machine, Topology.DRAGONFLY_RACKS, 146 * 72))
                .hasMessageContaining("fewer racks");
        assertThatThrownBy(() -> Wiring.of(machine, Topology.NODE, 0)).isInstanceOf(MachineException.class);
        assertThatThrownBy(() -> Wiring.of(machine, Topology.NODE, 8).peer(0, 11))
                .hasMessageContaining("no port 11");
    }
}
