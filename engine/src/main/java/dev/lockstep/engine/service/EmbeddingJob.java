package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.Prompt;
import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Texts that become vectors, several in a step. Belongs to the scheduler's thread, except for its future. */
final class EmbeddingJob {
    private final EmbeddingRequest request;
    private final Pooling pooling;
    private final List<int[]> texts;
    private final CompletableFuture<Embeddings> result = new CompletableFuture<>();
    private final List<float[]> vectors = new ArrayList<>();
    private final Deque<Text> begun = new ArrayDeque<>();
    private int next;

    /** A text that is being read. */
    private static final class Text {
        private final int[] tokens;
        private final Sequence sequence;
        private final Pooler pooler;
        private int inStep;

        Text(int[] tokens, Sequence sequence, Pooler pooler) {
            this.tokens = tokens;
            this.sequence = sequence;
            this.pooler = pooler;
        }

        void close(KvMemory memory) {
            sequence.close();
            memory.giveBack(KvLayout.blocks(tokens.length));
        }
    }

    private EmbeddingJob(EmbeddingRequest request, Pooling pooling, List<int[]> texts) {
        this.request = request;
        this.pooling = pooling;
        this.texts = texts;
    }

    static EmbeddingJob of(EmbeddingRequest request, Lockstep model) {
        if (model.machine().hiddenWidth() == 0) {
            throw new InvalidRequestException(
                    "input", "the model " + model.name() + " has no hidden rows to embed with");
        }
        List<int[]> texts = new ArrayList<>();
        for (Prompt input : request.inputs()) {
            int[] tokens = input.encode(model.tokenizer());
            PromptRules.check(tokens, model.machine());
            texts.add(tokens);
        }
        return new EmbeddingJob(
                request, request.pooling() == Pooling.MODEL ? Pooler.ofModel(model) : request.pooling(), texts);
    }

    CompletableFuture<Embeddings> result() {
        return result;
    }

    /** Whether it has memory. */
    boolean begun() {
        return !begun.isEmpty();
    }

    boolean done() {
        return result.isDone();
    }

    /** Computes up to {@code room} more tokens; false if there is no memory for any now. */
    boolean step(Machine machine, KvMemory memory, Step step, int room) {
        int left = plan(machine, memory, step, room);
        if (left < room) {
            step.wantHidden(machine.hiddenWidth());
            machine.run(step);
            collect(memory, step);
        }
        if (vectors.size() == texts.size()) {
            result.complete(new Embeddings(
                    List.copyOf(vectors),
                    texts.stream().mapToInt(text -> text.length).sum()));
        }
        return left < room;
    }

    private int plan(Machine machine, KvMemory memory, Step step, int room) {
        int left = room;
        step.clear();
        for (Text text : begun) {
            left -= take(text, step, left);
        }
        while (left > 0 && next < texts.size() && memory.take(KvLayout.blocks(texts.get(next).length))) {
            var text = new Text(texts.get(next++), machine.open(), new Pooler(pooling, machine.hiddenWidth()));
            begun.add(text);
            left -= take(text, step, left);
        }
        return left;
    }

    private static int take(Text text, Step step, int room) {
        int from = text.sequence.length();
        text.inStep = Math.min(room, text.tokens.length - from);
        for (int i = 0; i < text.inStep; i++) {
            step.add(text.sequence, text.tokens[from + i], true);
        }
        return text.inStep;
    }

    private void collect(KvMemory memory, Step step) {
        int row = 0;
        for (Text text : begun) {
            for (int i = 0; i < text.inStep; i++) {
                text.pooler.add(step.hidden(), row++ * step.hiddenWidth());
            }
        }
        while (!begun.isEmpty() && begun.getFirst().sequence.length() == begun.getFirst().tokens.length) {
            Text text = begun.removeFirst();
            text.close(memory);
            vectors.add(text.pooler.vector(request.normalized()));
        }
    }

    void fail(KvMemory memory, RuntimeException fault) {
        begun.forEach(text -> text.close(memory));
        begun.clear();
        result.completeExceptionally(
                fault instanceof EngineException known ? known : new EngineException(String.valueOf(fault), fault));
    }
}
