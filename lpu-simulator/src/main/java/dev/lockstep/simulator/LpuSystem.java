package dev.lockstep.simulator;

import dev.lockstep.lpu.LpuException;
import dev.lockstep.lpu.binary.QueueText;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Port;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.machine.Wiring;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.MemoryImage;
import dev.lockstep.lpu.program.TextPlace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Chips with their memories, which run programs in values and in time. Memory stays from one run to the next, as it does on the machine; streams
 * and units begin empty.
 */
public final class LpuSystem implements AutoCloseable {
    private final Machine machine;
    private final List<ChipMemory> memories = new ArrayList<>();
    private final ExecutorService threads;
    private Optional<LpuProgram> loaded = Optional.empty();

    public LpuSystem(Machine machine, int chips) {
        this.machine = machine;
        for (int chip = 0; chip < chips; chip++) {
            memories.add(new ChipMemory(machine));
        }
        int workers = Math.clamp(chips, 1, Runtime.getRuntime().availableProcessors());
        threads = Executors.newFixedThreadPool(
                workers, Thread.ofPlatform().daemon().name("lpu-", 0).factory());
    }

    public int chips() {
        return memories.size();
    }

    /** Fills the memories of all chips. */
    public void load(MemoryImage image) {
        inParallel(chip -> {
            ChipMemory memory = memories.get(chip);
            image.load(chip, memory::write);
        });
    }

    /** Writes a vector of an input buffer: one element a lane, as bits. */
    public void write(Buffer buffer, int vector, int[] lanes) {
        byte[] word = new byte[machine.lanes()];
        for (int plane = 0; plane < buffer.type().planes(); plane++) {
            for (int lane = 0; lane < word.length; lane++) {
                word[lane] = lane < lanes.length ? (byte) (lanes[lane] >> 8 * plane) : 0;
            }
            memory(buffer, vector, plane)
                    .write(buffer.hemisphere(), buffer.slice() + plane, buffer.word() + vector, word);
        }
    }

    /** A vector of an output buffer: one element a lane, as bits. */
    public int[] read(Buffer buffer, int vector) {
        int[] lanes = new int[machine.lanes()];
        byte[] word = new byte[lanes.length];
        for (int plane = 0; plane < buffer.type().planes(); plane++) {
            memory(buffer, vector, plane)
                    .read(buffer.hemisphere(), buffer.slice() + plane, buffer.word() + vector, word);
            for (int lane = 0; lane < lanes.length; lane++) {
                lanes[lane] |= (word[lane] & 0xff) << 8 * plane;
            }
        }
        return lanes;
    }

    /** A word of a slice. */
    public byte[] word(int chip, Hemisphere hemisphere, int slice, int word) {
        byte[] bytes = new byte[machine.lanes()];
        memories.get(chip).read(hemisphere, slice, word, bytes);
        return bytes;
    }

    /** Runs a program from its first cycle to its last. The first time, its text is brought to where it is fetched from. */
    public SimulationResult run(LpuProgram program) {
        return run(program, Collections.emptySortedMap());
    }

    /**
     * Runs a program while a host reads and writes memory.
     *
     * @param host what it does before anything is dispatched in a cycle, and after all that was dispatched earlier
     */
    public SimulationResult run(LpuProgram program, SortedMap<Long, Runnable> host) {
        List<Chip> chips = chips(program);
        if (!loaded.filter(last -> last == program).isPresent()) {
            loadText(program);
            loaded = Optional.of(program);
        }
        Wiring wiring = Wiring.of(machine, program.topology(), chips.size());
        // Nothing that is sent in a window can arrive in it.
        int window = chips.size() == 1 ? Integer.MAX_VALUE : machine.linkCycles();
        var visits = new TreeMap<>(host);
        while (true) {
            long next = chips.stream().mapToLong(Chip::nextCycle).min().orElse(QueueWalker.END);
            while (!visits.isEmpty() && visits.firstKey() <= next) {
                visits.pollFirstEntry().getValue().run();
            }
            if (next == QueueWalker.END) {
                break;
            }
            long limit = Math.min(next + window, visits.isEmpty() ? QueueWalker.END : visits.firstKey());
            inParallel(chip -> chips.get(chip).runBefore(limit));
            deliver(chips, wiring);
        }
        chips.forEach(Chip::finish);
        return new SimulationResult(
                chips.stream().map(Chip::completion).toList(),
                chips.stream().map(Chip::activity).toList());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private List<Chip> chips(LpuProgram program) {
        requireMadeFor(machine, program);
        if (program.chips().size() != memories.size()) {
            throw new LpuException("The program is for " + program.chips().size() + " chips, and the system has "
                    + memories.size() + ". Make a system of as many.");
        }
        List<int[]> maps = program.maps().stream()
                .map(map -> map.sources().stream().mapToInt(Integer::intValue).toArray())
                .toList();
        Wiring wiring = Wiring.of(machine, program.topology(), memories.size());
        List<Chip> chips = new ArrayList<>();
        for (int chip = 0; chip < memories.size(); chip++) {
            boolean[] wired = new boolean[machine.whole(Quantity.PORTS)];
            for (int port = 0; port < wired.length; port++) {
                wired[port] = wiring.peer(chip, port).isPresent();
            }
            chips.add(new Chip(chip, machine, memories.get(chip), program, maps, wired));
        }
        return chips;
    }

    static void requireMadeFor(Machine machine, LpuProgram program) {
        if (!program.machine().equals(machine.name())) {
            throw new LpuException("The program was made for the machine " + program.machine() + ", and this is a "
                    + machine.name() + ". Compile it for this one.");
        }
        Effects effects = new Effects(machine);
        for (Block block : program.blocks()) {
            for (Queue queue : block.queues().keySet()) {
                if (!effects.has(queue)) {
                    throw new LpuException("Block '" + block.name() + "' has instructions for " + queue
                            + ", which the machine " + machine.name() + " does not have. Compile it for this machine.");
                }
            }
        }
    }

    private void loadText(LpuProgram program) {
        Map<List<Object>, Integer> next = new HashMap<>();
        Map<List<Object>, byte[]> texts = new HashMap<>();
        int lanes = machine.lanes();
        for (TextPlace place : program.text()) {
            ChipMemory memory = memories.get(place.chip());
            List<Object> key = List.of(place.chip(), place.queue());
            byte[] text = texts.computeIfAbsent(key, _ -> QueueText.of(program, place.chip(), place.queue()));
            int from = next.getOrDefault(key, machine.whole(Quantity.TEXT_BYTES));
            int words = place.fetches() * ControlInstruction.Fetch.VECTORS;
            for (int word = place.word(); word < place.word() + words; word++) {
                if (!memory.contains(place.slice(), word)) {
                    throw new LpuException("The text of queue " + place.queue() + " on chip " + place.chip()
                            + " does not fit into slice " + place.slice() + " from word " + place.word() + " on.");
                }
                memory.write(place.hemisphere(), place.slice(), word, TextQueue.vector(text, from, lanes));
                from += lanes;
            }
            next.put(key, from);
        }
    }

    private static void deliver(List<Chip> chips, Wiring wiring) {
        for (int chip = 0; chip < chips.size(); chip++) {
            for (Chip.Sent sent : chips.get(chip).drainOutbox()) {
                Optional<Port> peer = wiring.peer(chip, sent.port());
                Port there = peer.orElseThrow();
                chips.get(there.chip()).arrive(there.port(), sent);
            }
        }
    }

    private ChipMemory memory(Buffer buffer, int vector, int plane) {
        if (buffer.chip() < 0 || buffer.chip() >= memories.size()) {
            throw new LpuException(
                    "Buffer " + buffer.name() + " is on chip " + buffer.chip() + " of " + memories.size() + ".");
        }
        ChipMemory memory = memories.get(buffer.chip());
        if (vector < 0
                || vector >= buffer.vectors()
                || !memory.contains(buffer.slice() + plane, buffer.word() + vector)) {
            throw new LpuException(
                    "Buffer " + buffer.name() + " has no vector " + vector + ": there are " + buffer.vectors() + ".");
        }
        return memory;
    }

    /** Does something for every chip. If several fail, the earliest failure of the machine is the one that is told. */
    private void inParallel(java.util.function.IntConsumer work) {
        if (memories.size() == 1) {
            work.accept(0);
            return;
        }
        List<Future<?>> futures = new ArrayList<>();
        for (int chip = 0; chip < memories.size(); chip++) {
            int number = chip;
            futures.add(threads.submit(() -> work.accept(number)));
        }
        RuntimeException first = null;
        for (Future<?> future : futures) {
            try {
                future.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                RuntimeException failure = (RuntimeException) e.getCause();
                if (first == null
                        || (failure instanceof SimulationException later
                                && first instanceof SimulationException earlier
                                && later.cycle() < earlier.cycle())) {
                    first = failure;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LpuException("The simulation was interrupted.", e);
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
