package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** A null device: keeps the contract of machines strictly, and its logits are any function of all tokens so far. */
public final class FakeMachine implements Machine {
    private final int vocabularySize;
    private final int contextLength;
    private final int maxStepTokens;
    private final Function<List<Integer>, float[]> model;

    /** Sizes of all steps so far. */
    public final List<Integer> steps = new ArrayList<>();

    public volatile boolean closed;

    public FakeMachine(
            int vocabularySize, int contextLength, int maxStepTokens, Function<List<Integer>, float[]> model) {
        this.vocabularySize = vocabularySize;
        this.contextLength = contextLength;
        this.maxStepTokens = maxStepTokens;
        this.model = model;
    }

    /** Logits that look like noise and depend on every token. */
    public static FakeMachine hashing(int contextLength, int maxStepTokens) {
        return new FakeMachine(TinyTokenizer.SIZE, contextLength, maxStepTokens, tokens -> {
            float[] logits = new float[TinyTokenizer.SIZE];
            long hash = tokens.hashCode() * 0x9E3779B97F4A7C15L + tokens.size();
            for (int i = 0; i < logits.length; i++) {
                hash = (hash ^ (hash >>> 29)) * 0xBF58476D1CE4E5B9L;
                logits[i] = (hash >>> 40) * 0x1p-21f;
            }
            return logits;
        });
    }

    /** Answers {@code answer}, token by token, to a prompt of {@code promptLength} tokens. */
    public static FakeMachine saying(int promptLength, int... answer) {
        return new FakeMachine(TinyTokenizer.SIZE, 512, 8, tokens -> {
            float[] logits = new float[TinyTokenizer.SIZE];
            int next = tokens.size() - promptLength;
            logits[next >= 0 && next < answer.length ? answer[next] : TinyTokenizer.END] = 10;
            return logits;
        });
    }

    public int tokensComputed() {
        return steps.stream().mapToInt(Integer::intValue).sum();
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int maxStepTokens() {
        return maxStepTokens;
    }

    @Override
    public Sequence open() {
        return new Text();
    }

    @Override
    public void run(Step step) {
        if (step.size() == 0 || step.size() > maxStepTokens || closed) {
            throw new IllegalArgumentException("a step of " + step.size() + " tokens");
        }
        steps.add(step.size());
        for (int i = 0; i < step.size(); i++) {
            List<Integer> tokens = ((Text) step.sequence(i)).tokens;
            if (step.token(i) < 0 || step.token(i) >= vocabularySize || tokens.size() == contextLength) {
                throw new IllegalArgumentException("token " + step.token(i) + " at position " + tokens.size());
            }
            tokens.add(step.token(i));
            if (step.logitsRow(i) >= 0) {
                float[] logits = model.apply(List.copyOf(tokens));
                System.arraycopy(logits, 0, step.logits(), step.logitsOffset(step.logitsRow(i)), vocabularySize);
            }
        }
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public void close() {
        closed = true;
    }

    private static final class Text implements Sequence {
        private final List<Integer> tokens = new ArrayList<>();

        @Override
        public int length() {
            return tokens.size();
        }

        @Override
        public void truncate(int length) {
            if (length < 0 || length > tokens.size()) {
                throw new IllegalArgumentException("truncate to " + length + " of " + tokens.size());
            }
            tokens.subList(length, tokens.size()).clear();
        }

        @Override
        public void close() {
            tokens.clear();
        }
    }
}
