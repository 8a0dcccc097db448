package dev.lockstep.lpu.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloorplanTest {
    private final Floorplan floorplan = new Floorplan(Machine.lpuV1());

    @ParameterizedTest
    @EnumSource
    void shouldReproduceTheObservedDistances(Hemisphere hemisphere) {
        Direction out = hemisphere.outward();
        Direction in = hemisphere.inward();
        int first = floorplan.memory(hemisphere, 0);
        int last = floorplan.memory(hemisphere, 43);

        assertThat(in.hops(first, floorplan.vectorInput(in))).isEqualTo(4);
        assertThat(out.hops(floorplan.vectorOutput(out), last)).isEqualTo(11);
        assertThat(out.hops(last, floorplan.switches(hemisphere))).isEqualTo(4);
        assertThat(out.hops(last, floorplan.matrix(hemisphere))).isEqualTo(9);
        assertThat(out.hops(first, last)).isEqualTo(10);
        assertThat(floorplan.memory(hemisphere, 3)).isEqualTo(first);
    }

    @Test
    void shouldKeepTheWavefrontOfAFlight() {
        for (Direction direction : Direction.values()) {
            int from = direction == Direction.EASTWARD ? floorplan.westmost() : floorplan.eastmost();
            long wavefront = direction.wavefront(1000, from);
            for (int hop = 0; hop <= floorplan.length(); hop++) {
                int position = direction == Direction.EASTWARD ? from + hop : from - hop;
                assertThat(direction.cycle(wavefront, position)).isEqualTo(1000 + hop);
                assertThat(direction.hops(from, position)).isEqualTo(hop);
            }
        }
    }
}
