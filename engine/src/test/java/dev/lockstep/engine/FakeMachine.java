package dev.lockstep.engine;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.machine.KvBlock;
import dev.lockstep.graph.machine.KvMemoryException;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.IntConsumer;

/** A null device: keeps the contract of machines strictly, and its logits are any function of all tokens so far. */
public final class FakeMachine implements Machine {
    private final int vocabularySize;
    private final int contextLength;
    private final int maxStepTokens;
    private final Function<List<Integer>, float[]> model;

    /** Sizes of all steps so far. */
    public final List<Integer> steps = new ArrayList<>();

    public volatile boolean closed;

    /** How long a step takes. */
    public volatile int stepMillis;

    /** Hears how many tokens each step has. */
    public volatile IntConsumer onStep = _ -> {};

    /** Is told when a step is done. */
    public volatile Runnable afterStep = () -> {};

    /** Positions for which there is memory. */
    public volatile int room = Integer.MAX_VALUE;

    private final Set<Text> texts = Collections.newSetFromMap(new IdentityHashMap<>());

    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();

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

    /** Logits that depend on the last two tokens only, so that texts repeat themselves. */
    public static FakeMachine forgetful(int contextLength, int maxStepTokens) {
        FakeMachine noise = hashing(contextLength, maxStepTokens);
        return new FakeMachine(
                TinyTokenizer.SIZE,
                contextLength,
                maxStepTokens,
                tokens -> noise.model.apply(tokens.subList(Math.max(0, tokens.size() - 2), tokens.size())));
    }

    /** Likes best what {@link #hashing} does, in so many of a hundred cases up to a length, and something else otherwise. */
    public static FakeMachine halfRight(int percent, int upTo, int contextLength, int maxStepTokens) {
        FakeMachine noise = hashing(contextLength, maxStepTokens);
        return new FakeMachine(TinyTokenizer.SIZE, contextLength, maxStepTokens, tokens -> {
            float[] logits = noise.model.apply(tokens);
            int draw = Math.floorMod(31 * tokens.hashCode() >>> 7, 100);
            if (draw >= percent || tokens.size() > upTo) {
                for (int i = 0; i < logits.length; i++) {
                    logits[i] = -logits[i];
                }
            }
            return logits;
        });
    }

    /** Answers {@code answer}, token by token, to a prompt of {@code promptLength} tokens. */
    public static FakeMachine saying(int promptLength, int... answer) {
        return saying(promptLength, 512, answer);
    }

    /** The same with a context of so many tokens. */
    public static FakeMachine saying(int promptLength, int contextLength, int[] answer) {
        return new FakeMachine(TinyTokenizer.SIZE, contextLength, 8, tokens -> {
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
    public int hiddenWidth() {
        return 3;
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
    public Sequence open(List<? extends KvBlock> prefix) {
        var text = new Text();
        for (KvBlock block : prefix) {
            if (((Block) block).holders == 0) {
                throw new IllegalArgumentException("a block that nobody holds");
            }
            text.tokens.addAll(((Block) block).tokens);
        }
        return text;
    }

    @Override
    public long kvBlockBytes() {
        return KvLayout.BLOCK * Integer.BYTES;
    }

    @Override
    public KvBlock restore(MemorySegment content) {
        List<Integer> tokens = new ArrayList<>();
        for (int i = 0; i < KvLayout.BLOCK; i++) {
            tokens.add(content.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i));
        }
        return new Block(tokens);
    }

    /** Blocks that somebody holds besides sequences. */
    public int heldBlocks() {
        return held.get();
    }

    /** Sequences that are open. */
    public int openSequences() {
        return open.get();
    }

    @Override
    public void run(Step step) {
        if (step.size() == 0 || step.size() > maxStepTokens || closed) {
            throw new IllegalArgumentException("a step of " + step.size() + " tokens");
        }
        if (texts.stream().mapToInt(text -> text.tokens.size()).sum() + step.size() > room) {
            ((Text) step.sequence(0))
                    .tokens.add(0); // what is in a sequence after a step that failed is nobody's business
            throw new KvMemoryException("there is no memory", new IllegalStateException());
        }
        steps.add(step.size());
        onStep.accept(step.size());
        LockSupport.parkNanos(stepMillis * 1_000_000L);
        for (int i = 0; i < step.size(); i++) {
            List<Integer> tokens = ((Text) step.sequence(i)).tokens;
            if (step.token(i) < 0 || step.token(i) >= vocabularySize || tokens.size() == contextLength) {
                throw new IllegalArgumentException("token " + step.token(i) + " at position " + tokens.size());
            }
            tokens.add(step.token(i));
            if (step.logitsRow(i) >= 0) {
                float[] logits = model.apply(List.copyOf(tokens));
                if (step.hiddenWidth() > 0) {
                    int row = step.logitsRow(i) * 3;
                    step.hidden()[row] = tokens.size();
                    step.hidden()[row + 1] = tokens.getLast();
                    step.hidden()[row + 2] = tokens.getFirst();
                }
                System.arraycopy(logits, 0, step.logits(), step.logitsOffset(step.logitsRow(i)), vocabularySize);
            }
        }
        afterStep.run();
    }

    @Override
    public String name() {
        return "fake";
    }

    @Override
    public void close() {
        closed = true;
    }

    private final class Block implements KvBlock {
        private final List<Integer> tokens;
        private int holders = 1;

        Block(List<Integer> tokens) {
            this.tokens = tokens;
            held.incrementAndGet();
        }

        @Override
        public void copyTo(MemorySegment target) {
            for (int i = 0; i < tokens.size(); i++) {
                target.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i, tokens.get(i));
            }
        }

        @Override
        public void close() {
            if (holders-- == 0) {
                throw new IllegalStateException("nobody holds this block");
            }
            held.decrementAndGet();
        }
    }

    private final class Text implements Sequence {
        private final List<Integer> tokens = new ArrayList<>();
        private boolean closed;

        Text() {
            open.incrementAndGet();
            texts.add(this);
        }

        @Override
        public KvBlock hold(int block) {
            return new Block(List.copyOf(tokens.subList(block * KvLayout.BLOCK, (block + 1) * KvLayout.BLOCK)));
        }

        @Override
        public Sequence fork() {
            var fork = new Text();
            fork.tokens.addAll(tokens);
            return fork;
        }

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
            if (!closed) {
                closed = true;
                texts.remove(this);
                open.decrementAndGet();
            }
        }
    }
}
