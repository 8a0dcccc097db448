package dev.lockstep.checker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.LpuSystem;
import dev.lockstep.simulator.RandomProgram;
import dev.lockstep.simulator.SimulationException;
import dev.lockstep.simulator.SimulationResult;
import dev.lockstep.simulator.TimeSimulator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Legal programs run, and no program that differs from one by a cycle, a stream or an instruction does. */
class MutationTest {
    private static final Machine MACHINE = Machine.lpuV1();

    /** The seed of this run; a failure prints it, and -Dlockstep.seed repeats it. */
    private static final long SEED = Long.getLong("lockstep.seed", System.nanoTime());

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 8})
    void shouldFindNothingInLegalPrograms(int chips) {
        for (int round = 0; round < 5; round++) {
            LpuProgram program = RandomProgram.of(SEED + round, chips, 25 * chips);
            assertThat(new LegalityChecker(MACHINE).check(program))
                    .as("seed %d", SEED + round)
                    .isEmpty();
            assertThatCode(() -> simulate(program)).as("seed %d", SEED + round).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8})
    void shouldAgreeWithTheTimeOnlyMode(int chips) {
        for (int round = 0; round < 5; round++) {
            LpuProgram program = RandomProgram.of(SEED + round, chips, 25 * chips);
            SimulationResult values = simulate(program);
            SimulationResult time = TimeSimulator.run(MACHINE, program);

            assertThat(time.completion()).as("seed %d", SEED + round).isEqualTo(values.completion());
            assertThat(time.activities()).as("seed %d", SEED + round).isEqualTo(values.activities());
        }
    }

    @Test
    void shouldRefuseEveryShiftByACycle() {
        mutate("shift", this::shift);
    }

    @Test
    void shouldRefuseEverySwapOfStreams() {
        mutate("swap", this::swap);
    }

    @Test
    void shouldRefuseEveryDroppedProducer() {
        mutate("drop", this::drop);
    }

    private void mutate(String kind, Mutation mutation) {
        Random random = new Random(SEED);
        int mutants = 0;
        for (int round = 0; round < 400 && mutants < 120; round++) {
            int chips = 1 << random.nextInt(3);
            LpuProgram program = RandomProgram.of(SEED + round, chips, 12 * chips);
            Optional<Mutant> mutant = mutation.apply(program, random);
            if (mutant.isEmpty()) {
                continue;
            }
            mutants++;
            LpuProgram changed = mutant.get().program();
            String where = kind + ", seed " + SEED + " round " + round + ": "
                    + mutant.get().what();
            List<Violation> violations = new LegalityChecker(MACHINE).check(changed);
            assertThat(violations).as(where).isNotEmpty();
            assertThat(violations.getFirst().resource()).as(where).isNotBlank();
            SimulationException refusal = null;
            try {
                simulate(changed);
            } catch (SimulationException e) {
                refusal = e;
            }
            assertThat(refusal).as(where).isNotNull();
            assertThat(refusal.resource()).as(where).isNotBlank();
        }
        assertThat(mutants).isGreaterThan(60);
    }

    private Optional<Mutant> shift(LpuProgram program, Random random) {
        return change(program, random, (entries, at) -> {
            Entry entry = entries.get(at);
            int by = random.nextBoolean() ? 1 : -1;
            entries.set(at, new Entry(entry.cycle() + by, entry.instruction(), entry.inner(), entry.outer()));
            return entry + " by " + by;
        });
    }

    private Optional<Mutant> drop(LpuProgram program, Random random) {
        return change(program, random, (entries, at) -> {
            Instruction instruction = entries.get(at).instruction();
            if (instruction instanceof LinkInstruction.Receive
                    || instruction instanceof LinkInstruction.Send
                    || instruction instanceof MemoryInstruction.Read) {
                return entries.remove(at).toString();
            }
            return "";
        });
    }

    /** Exchanges the streams of two readings of one direction. */
    private Optional<Mutant> swap(LpuProgram program, Random random) {
        int chip = random.nextInt(program.chips().size());
        Block block = program.blocks().get(program.chips().get(chip).getFirst().block());
        List<Queue> queues = block.queues().keySet().stream()
                .filter(queue -> queue.unit() == Queue.Unit.MEMORY)
                .toList();
        if (queues.size() < 2) {
            return Optional.empty();
        }
        Queue first = queues.get(random.nextInt(queues.size()));
        Queue second = queues.get(random.nextInt(queues.size()));
        int firstAt = random.nextInt(block.entries(first).size());
        int secondAt = random.nextInt(block.entries(second).size());
        Entry one = block.entries(first).get(firstAt);
        Entry other = block.entries(second).get(secondAt);
        if (!(one.instruction() instanceof MemoryInstruction.Read a
                && other.instruction() instanceof MemoryInstruction.Read b
                && a.to().stream().direction() == b.to().stream().direction()
                && !a.to().stream().equals(b.to().stream()))) {
            return Optional.empty();
        }
        SortedMap<Queue, List<Entry>> changed = copy(block);
        changed.get(first).set(firstAt, onto(one, a, b.to().stream()));
        changed.get(second).set(secondAt, onto(other, b, a.to().stream()));
        return Optional.of(new Mutant(replace(program, chip, block, changed), one + " and " + other));
    }

    private static Entry onto(Entry entry, MemoryInstruction.Read read, Stream stream) {
        return new Entry(
                entry.cycle(),
                new MemoryInstruction.Read(
                        read.from(), new Flow(stream, read.to().label())),
                entry.inner(),
                entry.outer());
    }

    private static Optional<Mutant> change(LpuProgram program, Random random, Change change) {
        int chip = random.nextInt(program.chips().size());
        Block block = program.blocks().get(program.chips().get(chip).getFirst().block());
        List<Queue> queues = List.copyOf(block.queues().keySet());
        if (queues.isEmpty()) {
            return Optional.empty();
        }
        Queue queue = queues.get(random.nextInt(queues.size()));
        SortedMap<Queue, List<Entry>> changed = copy(block);
        List<Entry> entries = changed.get(queue);
        String what = change.apply(entries, random.nextInt(entries.size()));
        if (what.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Mutant(replace(program, chip, block, changed), queue + ": " + what));
        } catch (IsaException e) {
            // Not even a program: its queue is out of order.
            return Optional.empty();
        }
    }

    private static SortedMap<Queue, List<Entry>> copy(Block block) {
        SortedMap<Queue, List<Entry>> copy = new TreeMap<>();
        block.queues().forEach((queue, entries) -> copy.put(queue, new ArrayList<>(entries)));
        return copy;
    }

    private static LpuProgram replace(LpuProgram program, int chip, Block old, SortedMap<Queue, List<Entry>> changed) {
        changed.values().removeIf(List::isEmpty);
        List<Block> blocks = new ArrayList<>(program.blocks());
        blocks.set(program.chips().get(chip).getFirst().block(), new Block(old.name(), old.bases(), changed));
        return new LpuProgram(
                program.machine(), program.topology(), program.maps(), blocks, program.chips(), program.buffers());
    }

    private static SimulationResult simulate(LpuProgram program) {
        try (LpuSystem system = new LpuSystem(MACHINE, program.chips().size())) {
            return system.run(program);
        }
    }

    private record Mutant(LpuProgram program, String what) {}

    private interface Mutation {
        Optional<Mutant> apply(LpuProgram program, Random random);
    }

    private interface Change {
        /** Changes one entry and says which; empty if it is not one for this. */
        String apply(List<Entry> entries, int at);
    }
}
