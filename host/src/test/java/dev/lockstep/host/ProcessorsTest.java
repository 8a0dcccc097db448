package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.host.memory.Libc;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ProcessorsTest {
    private final Libc libc = new Libc();
    private final BitSet all = libc.processors();

    @Test
    void aWorkerShouldStayOnItsProcessorAndTheCallerBeFree() throws InterruptedException {
        assumeThat(all.cardinality()).as("processors").isGreaterThan(1);
        Processors processors = Processors.of(all.cardinality()).orElseThrow();
        var seen = new BitSet[2];
        var number = new int[1];
        Thread thread = Thread.ofPlatform().start(() -> {
            processors.bind(1);
            number[0] = libc.processor();
            seen[0] = libc.processors();
            processors.leaveWorkers();
            seen[1] = libc.processors();
        });
        thread.join();
        assertThat(number[0]).isEqualTo(all.nextSetBit(all.nextSetBit(0) + 1));
        assertThat(seen[0].stream()).containsExactly(number[0]);
        assertThat(seen[1]).isEqualTo(all);
    }

    @Test
    void threadsShouldBeLeftToTheSystemWhereTheyAreNotAsManyAsProcessors() {
        assertThat(Processors.of(1)).isEmpty();
        assertThat(Processors.of(all.cardinality() + 1)).isEmpty();
    }
}
