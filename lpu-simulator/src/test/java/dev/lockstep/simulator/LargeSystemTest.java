package dev.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.lpu.assembly.Assembler;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.LpuProgram;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hundreds of chips that dispatch billions of instructions, kept as a few lines. */
class LargeSystemTest {
    private static final Machine MACHINE = Machine.lpuV1();
    private static final int CHIPS = 576;
    private static final int LAYERS = 80;

    /** A layer's weights stream to all planes for 20,000 cycles, then every chip talks to its neighbour in the node. */
    @Test
    void shouldTellTheTimeOfTheWholeSystem() {
        LpuProgram program = system();
        long dispatches = program.chips().stream()
                .flatMap(List::stream)
                .mapToLong(placement -> program.blocks().get(placement.block()).dispatches())
                .sum();
        long start = System.nanoTime();
        SimulationResult result = TimeSimulator.run(MACHINE, program);
        Duration taken = Duration.ofNanos(System.nanoTime() - start);

        assertThat(dispatches).isGreaterThan(1_000_000_000L);
        assertThat(result.completion()).hasSize(CHIPS).containsOnly((LAYERS - 1) * 21_000L + 20_000 + 385 + 1 + 20);
        assertThat(result.total().count(Action.DISPATCH)).isEqualTo(dispatches);
        assertThat(result.linkBytes(MACHINE)).isEqualTo(320L * CHIPS * LAYERS);
        assertThat(taken).isLessThan(Duration.ofSeconds(60));
    }

    /** The same pattern, short enough to look at every dispatch. */
    @Test
    void shouldBeLegal() {
        Block layer = Assembler.program(layer(100)).blocks().getFirst();
        assertThat(layer.dispatches()).isGreaterThan(3000);
        assertThat(new LegalityChecker(MACHINE).check(Assembler.program(layer(100) + node(1000, 3))))
                .isEmpty();
    }

    private static LpuProgram system() {
        return Assembler.program(layer(20_000) + "chip * " + CHIPS + "\n" + placements(21_000, LAYERS));
    }

    private static String node(int period, int layers) {
        return "chip * 8\n" + placements(period, layers);
    }

    private static String placements(int period, int layers) {
        StringBuilder text = new StringBuilder();
        for (int layer = 0; layer < layers; layer++) {
            text.append("  place 0 at ")
                    .append((long) layer * period)
                    .append(" bases ")
                    .append(layer)
                    .append('\n');
        }
        return text.toString();
    }

    /** Reads from 31 slices for so many cycles; then a vector goes over port 0 and comes in from the other chip. */
    private static String layer(int cycles) {
        StringBuilder text = new StringBuilder("topology quadfour_ring\nblock layer bases 1\n");
        int words = Math.min(cycles, 5000);
        for (int slice = 0; slice < 32; slice++) {
            text.append("  queue mem.e.").append(slice).append('\n');
            if (slice == 0) {
                text.append("    ").append(cycles + 385).append(": write e30#5 -> 8100\n");
            } else {
                text.append("    0: read b0+0 -> e")
                        .append(slice)
                        .append(" repeat ")
                        .append(words)
                        .append(" every 1 word 1");
                text.append(cycles > words ? " repeat " + cycles / words + " every " + words : "")
                        .append('\n');
            }
        }
        text.append("  queue mem.w.43\n    ").append(cycles + 89).append(": read 0 -> w31#3\n");
        text.append("  queue link.0\n    ").append(cycles + 94).append(": send w31#3\n");
        text.append("    ").append(cycles + 94 + 244).append(": receive #3 -> e30#5\n");
        return text.toString();
    }
}
