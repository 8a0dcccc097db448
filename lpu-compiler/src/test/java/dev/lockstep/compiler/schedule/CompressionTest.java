package dev.lockstep.compiler.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.MemoryInstruction.Read;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.program.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CompressionTest {
    private static final Stream STREAM = new Stream(Direction.EASTWARD, 3);

    @Test
    void shouldDispatchTheSameInTheSameCycles() {
        long first = new Random().nextLong();
        for (long seed = first; seed < first + 100; seed++) {
            List<Entry> entries = entries(new Random(seed));
            List<Entry> compressed = Compression.compress(entries);
            assertThat(dispatches(compressed)).as("seed %d", seed).isEqualTo(dispatches(entries));
        }
    }

    @Test
    void shouldTurnNestedRunsIntoOneEntry() {
        List<Entry> entries = new ArrayList<>();
        for (int tile = 0; tile < 5; tile++) {
            for (int group = 0; group < 20; group++) {
                entries.add(read(tile * 21 + group, tile * 20 + group, 1 + 16 * (tile * 20 + group)));
            }
        }
        assertThat(Compression.compress(entries)).singleElement().satisfies(entry -> {
            assertThat(entry.inner().count()).isEqualTo(20);
            assertThat(entry.outer().count()).isEqualTo(5);
        });
    }

    /** Runs with steps of their own, and single instructions between them. */
    private static List<Entry> entries(Random random) {
        List<Entry> entries = new ArrayList<>();
        int cycle = 0;
        for (int run = 0; run < 20; run++) {
            int interval = 1 + random.nextInt(4);
            int step = random.nextInt(3) - 1;
            int word = 100 + random.nextInt(100);
            int label = random.nextInt(3) * 1000;
            for (int i = 0; i < 1 + random.nextInt(6); i++) {
                entries.add(read(cycle, word + i * step, label == 0 ? 0 : label + i));
                cycle += interval;
            }
            cycle += random.nextInt(5);
        }
        return entries;
    }

    private static Entry read(int cycle, int word, int label) {
        return new Entry(cycle, new Read(Address.of(word), new Flow(STREAM, label)));
    }

    private static TreeMap<Integer, Instruction> dispatches(List<Entry> entries) {
        TreeMap<Integer, Instruction> all = new TreeMap<>();
        for (Entry entry : entries) {
            for (int o = 0; o < entry.outer().count(); o++) {
                for (int i = 0; i < entry.inner().count(); i++) {
                    int cycle = entry.cycle()
                            + o * entry.outer().interval()
                            + i * entry.inner().interval();
                    assertThat(all.put(cycle, entry.at(o, i))).isNull();
                }
            }
        }
        return all;
    }
}
