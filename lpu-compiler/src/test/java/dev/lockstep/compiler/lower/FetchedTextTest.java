package dev.lockstep.compiler.lower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.compiler.fetch.ProgramText;
import dev.lockstep.compiler.fetch.TextException;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.LpuSystem;
import dev.lockstep.simulator.SimulationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The text of compiled programs is fetched; without any one of the instructions that do it, nobody lets the program run. */
class FetchedTextTest {
    private static final Machine MACHINE = Machine.lpuV1();

    /** The seed of this run; a failure prints it, and -Dlockstep.seed repeats it. */
    private static final long SEED = Long.getLong("lockstep.seed", System.nanoTime());

    @Test
    void shouldRefuseProgramsWithoutTheirText() {
        try (SimulatedModel model = new SimulatedModel(SmallModels.grouped(21), 1, 64)) {
            LpuProgram program = model.model().program(0).program();
            assertThat(model.model().textInMemory()).isTrue();
            List<Spot> spots = spots(program);
            assertThat(spots).hasSizeGreaterThan(10);
            Random random = new Random(SEED);
            for (int round = 0; round < 12; round++) {
                Spot spot = spots.get(random.nextInt(spots.size()));
                Change change = Change.values()[round % Change.values().length];
                String where = "seed " + SEED + ", round " + round + ": " + change + " " + spot;
                LpuProgram changed;
                try {
                    changed = changed(program, spot, change);
                } catch (IsaException e) {
                    // Not even a program: its queue is out of order.
                    continue;
                }
                assertThat(new LegalityChecker(MACHINE).check(changed))
                        .as(where)
                        .isNotEmpty();
                try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
                    system.load(model.model().image());
                    assertThatExceptionOfType(SimulationException.class)
                            .as(where)
                            .isThrownBy(() -> system.run(changed));
                }
            }
        }
    }

    @Test
    void shouldSayWhenThereIsNoRoomForText() {
        try (SimulatedModel model = new SimulatedModel(SmallModels.grouped(22), 1, 64)) {
            LpuProgram program = model.model().program(0).program();
            Machine small = MACHINE.with(Quantity.TEXT_BYTES, 640);
            assertThatThrownBy(() -> ProgramText.fetched(small, program, List.of()))
                    .isInstanceOf(TextException.class)
                    .hasMessageContaining("cannot be fetched");
        }
    }

    private enum Change {
        DROP,
        LATER,
        EARLIER,
        OTHER_STREAM
    }

    /** An instruction that has to do with text. */
    private record Spot(int block, Queue queue, int entry) {}

    private static List<Spot> spots(LpuProgram program) {
        List<Spot> spots = new ArrayList<>();
        for (int b = 0; b < program.blocks().size(); b++) {
            for (Queue queue : program.blocks().get(b).queues().keySet()) {
                List<Entry> entries = program.blocks().get(b).entries(queue);
                for (int e = 0; e < entries.size(); e++) {
                    Instruction instruction = entries.get(e).instruction();
                    boolean text = instruction instanceof MemoryInstruction.Read read
                            && read.to().label() >= 4 * Flow.PLANE;
                    if (text || instruction instanceof ControlInstruction.Fetch) {
                        spots.add(new Spot(b, queue, e));
                    }
                }
            }
        }
        return spots;
    }

    private static LpuProgram changed(LpuProgram program, Spot spot, Change change) {
        Block block = program.blocks().get(spot.block());
        List<Entry> entries = new ArrayList<>(block.entries(spot.queue()));
        Entry entry = entries.get(spot.entry());
        switch (change) {
            case DROP -> entries.remove(spot.entry());
            case LATER -> entries.set(spot.entry(), entry.later(1));
            case EARLIER -> entries.set(spot.entry(), entry.later(-1));
            case OTHER_STREAM ->
                entries.set(
                        spot.entry(),
                        new Entry(entry.cycle(), onOtherStream(entry.instruction()), entry.inner(), entry.outer()));
        }
        Map<Queue, List<Entry>> queues = new TreeMap<>(block.queues());
        queues.put(spot.queue(), entries);
        List<Block> blocks = new ArrayList<>(program.blocks());
        blocks.set(spot.block(), new Block(block.name(), block.bases(), queues));
        return new LpuProgram(
                program.machine(),
                program.topology(),
                program.maps(),
                blocks,
                program.chips(),
                program.buffers(),
                program.text());
    }

    private static Instruction onOtherStream(Instruction instruction) {
        return switch (instruction) {
            case MemoryInstruction.Read(var from, var to) -> new MemoryInstruction.Read(from, other(to));
            case ControlInstruction.Fetch(var from) -> new ControlInstruction.Fetch(other(from));
            default -> throw new IllegalArgumentException("not of text: " + instruction);
        };
    }

    private static Flow other(Flow flow) {
        return new Flow(new Stream(flow.stream().direction(), flow.stream().number() ^ 1), flow.label());
    }
}
