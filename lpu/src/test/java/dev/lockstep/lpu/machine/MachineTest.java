package dev.lockstep.lpu.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MachineTest {
    private final Machine machine = Machine.lpuV1();

    @Test
    void shouldReproduceThePublishedAggregates() {
        assertThat(machine.memoryBytes()).isEqualTo(220L << 20);
        assertThat(machine.streamBytesPerCycle()).isEqualTo(20_480);
        assertThat(machine.hopCycles()).isEqualTo(270);
        assertThat(machine.linkCycles()).isEqualTo(217 + 27);
        assertThat(machine.linkBytesPerSecond()).isCloseTo(32e9 / 3, within(1e3));
        double macsPerCycle = 4.0 * machine.whole(Quantity.PLANE_ROWS) * machine.whole(Quantity.PLANE_COLUMNS);
        assertThat(2 * macsPerCycle * 0.9e9).isCloseTo(737e12, within(1e12));
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayWhereEveryNumberComesFrom(Quantity quantity) {
        Parameter parameter = machine.parameter(quantity);
        if (parameter.status() == Status.ASSUMED) {
            assertThat(parameter.note()).isNotBlank();
        } else {
            assertThat(machine.sources()).containsKey(parameter.source());
        }
        assertThat(parameter.text()).endsWith(quantity.unit());
    }

    @Test
    void shouldListAssumptionsAndOnlyThem() {
        Set<Quantity> assumed = EnumSet.noneOf(Quantity.class);
        machine.assumptions().forEach(parameter -> assumed.add(parameter.quantity()));

        assertThat(assumed)
                .contains(Quantity.WRITE_CYCLES, Quantity.FIFO_VECTORS, Quantity.ALU_CYCLES)
                .doesNotContain(Quantity.LANES, Quantity.VECTOR_CYCLES, Quantity.INSTALL_CYCLES);
    }

    @Test
    void shouldRefuseToChangeOneNumberWithoutTheOther() {
        assertThatThrownBy(() -> machine.with(Quantity.LANES, 160))
                .hasMessageContaining("vector.lanes is not 16 lanes");
        assertThatThrownBy(() -> machine.with(Quantity.HOP, 20)).hasMessageContaining("link.hop is shorter");
        assertThatThrownBy(() -> machine.with(Quantity.STREAMS, 0.5)).hasMessageContaining("a whole number");
    }

    @Test
    void shouldShowAnOverriddenNumberAsSuch() {
        Machine slow = machine.with(Quantity.HOP, 722);

        assertThat(slow.hopCycles()).isEqualTo(650);
        assertThat(slow.assumptions())
                .anyMatch(parameter -> parameter.quantity() == Quantity.HOP
                        && parameter.status() == Status.OVERRIDDEN
                        && parameter.note().contains("300.0 ns"));
        assertThat(machine.hopCycles()).isEqualTo(270);
        assertThat(slow).isNotEqualTo(machine);
    }
}
