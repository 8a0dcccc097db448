package dev.lockstep.lpu.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.lpu.machine.Hemisphere;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class QueueTest {
    @Test
    void shouldNumberAllQueuesWithoutGaps() {
        Set<String> names = new HashSet<>();
        for (int number = 0; number < Queue.COUNT; number++) {
            Queue queue = Queue.of(number);
            assertThat(queue.number()).isEqualTo(number);
            assertThat(Queue.parse(queue.toString())).contains(queue);
            names.add(queue.toString());
        }
        assertThat(names).hasSize(144);
    }

    @Test
    void shouldPutPortsAtTheSwitches() {
        assertThat(Queue.link(5).hemisphere()).isEqualTo(Hemisphere.WEST);
        assertThat(Queue.link(6).hemisphere()).isEqualTo(Hemisphere.EAST);
        assertThat(Queue.link(10).port()).isEqualTo(10);
        assertThat(Queue.link(10)).hasToString("link.10");
    }

    @Test
    void shouldRefuseQueuesThatDoNotExist() {
        assertThatThrownBy(() -> Queue.memory(Hemisphere.EAST, 44)).isInstanceOf(IsaException.class);
        assertThatThrownBy(() -> Queue.alu(16)).isInstanceOf(IsaException.class);
        assertThatThrownBy(() -> Queue.of(144)).isInstanceOf(IsaException.class);
        assertThat(Queue.parse("mem.x.3")).isEmpty();
    }

    @Test
    void shouldKnowTheLargeAlus() {
        assertThat(Queue.alu(5).largeAlu()).isTrue();
        assertThat(Queue.alu(4).largeAlu()).isFalse();
        assertThat(Queue.memory(Hemisphere.WEST, 5).largeAlu()).isFalse();
    }
}
