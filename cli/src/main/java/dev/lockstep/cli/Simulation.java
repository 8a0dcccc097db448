package dev.lockstep.cli;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.compiler.lower.Chips;
import dev.lockstep.compiler.lower.CompiledModel;
import dev.lockstep.compiler.lower.LpuSequence;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.Activity;
import dev.lockstep.simulator.LpuSystem;
import dev.lockstep.simulator.SimulationResult;
import dev.lockstep.text.StreamingDetokenizer;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Greedy generation on simulated chips, with everything that is counted on the way. */
final class Simulation implements AutoCloseable {
    private final CompiledModel model;
    private final Tokenizer tokenizer;
    private final LpuSystem system;
    private final LpuSequence sequence;
    private final LegalityChecker checker;
    private final Set<LpuProgram> checked = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Activity activity = new Activity();
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> generated = new ArrayList<>();
    private int promptTokens;
    private long promptCycles;
    private int conflicts;
    private long seconds;
    private FinishReason reason = FinishReason.LENGTH;

    Simulation(CompiledModel model, Machine machine, Tokenizer tokenizer) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.checker = new LegalityChecker(machine);
        this.system = new LpuSystem(machine, model.chips());
        system.load(model.image());
        this.sequence = new LpuSequence(model, new Watched());
    }

    /** Continues a prompt by at most {@code count} tokens. */
    void run(int[] prompt, int count, StreamedText listener) {
        if (prompt.length == 0) {
            throw new UsageException("the prompt is empty; give some text with -p");
        }
        if (prompt.length + count > model.capacity() + 1) {
            throw new UsageException(
                    "%d tokens of prompt and %d to come exceed %d positions; ask for fewer, or give a larger --ctx"
                            .formatted(prompt.length, count, model.capacity()));
        }
        promptTokens = prompt.length;
        long start = System.nanoTime();
        for (int token : prompt) {
            sequence.append(token);
            listener.prefill(sequence.length(), prompt.length);
        }
        promptCycles = sequence.cycles();
        StreamingDetokenizer detokenizer = StreamingDetokenizer.afterPrompt(tokenizer);
        while (generated.size() < count) {
            if (!generated.isEmpty()) {
                sequence.append(generated.getLast());
            }
            int token = sequence.mostLikely();
            if (tokenizer.isEndOfGeneration(token)) {
                reason = FinishReason.STOP;
                break;
            }
            generated.add(token);
            emit(detokenizer.append(token), listener);
        }
        emit(detokenizer.flush(), listener);
        seconds = (System.nanoTime() - start) / 1_000_000_000;
    }

    CompiledModel model() {
        return model;
    }

    LpuSequence sequence() {
        return sequence;
    }

    Activity activity() {
        return activity;
    }

    /** What the independent checker found in the programs that ran. */
    int conflicts() {
        return conflicts;
    }

    String text() {
        return text.toString();
    }

    List<Integer> generated() {
        return List.copyOf(generated);
    }

    int promptTokens() {
        return promptTokens;
    }

    /** What the prompt took: its tokens are computed one after another, as all others are. */
    long promptCycles() {
        return promptCycles;
    }

    long seconds() {
        return seconds;
    }

    FinishReason reason() {
        return reason;
    }

    @Override
    public void close() {
        system.close();
    }

    private void emit(String piece, StreamedText listener) {
        if (!piece.isEmpty()) {
            text.append(piece);
            listener.text(piece);
        }
    }

    /** The simulator, whose activity is added up. */
    private final class Watched implements Chips {
        @Override
        public void write(Buffer buffer, int vector, int[] lanes) {
            system.write(buffer, vector, lanes);
        }

        @Override
        public int[] read(Buffer buffer, int vector) {
            return system.read(buffer, vector);
        }

        @Override
        public long run(LpuProgram program) {
            if (checked.add(program)) {
                conflicts += checker.check(program, model.image()).size();
            }
            SimulationResult result = system.run(program);
            activity.add(result.total());
            return result.cycles();
        }
    }
}
