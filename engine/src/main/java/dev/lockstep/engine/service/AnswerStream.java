package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.StopStrings;
import dev.lockstep.engine.sampling.Sampler;
import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplerStage;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.text.StreamingDetokenizer;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One choice of a request: a text that grows. Its tokens that are not in the KV cache yet are pending; a step takes some of them,
 * and once it has taken the last, its logits choose the next token.
 */
final class AnswerStream {
    private final CompletionJob job;
    private final int choice;
    private final int maxTokens;
    private final int contextLength;
    private final Tokenizer tokenizer;
    private final Sampler sampler;
    private final StreamingDetokenizer detokenizer;
    private final StopStrings stops;
    private final StringBuilder text = new StringBuilder();
    private final List<ScoredToken> generated = new ArrayList<>();

    /** Prompt and answer. */
    private int[] tokens;

    private int size;
    private Sequence sequence;
    private FinishReason finishReason;
    private int logitsIndex;

    AnswerStream(CompletionJob job, int choice, CompletionRequest request, List<String> stops, Lockstep model) {
        Machine machine = model.machine();
        this.job = job;
        this.choice = choice;
        this.tokenizer = model.tokenizer();
        this.maxTokens = request.maxTokens();
        this.contextLength = machine.contextLength();
        this.tokens = Arrays.copyOf(job.prompt(), job.prompt().length + 64);
        this.size = job.prompt().length;
        int vocabulary = Math.min(machine.vocabularySize(), tokenizer.vocabularySize());
        SamplerChain chain =
                request.sampling().withSeed(request.sampling().seed() + choice).chain();
        this.sampler = sampler(
                request.ignoreEndOfGeneration() ? withoutEnd(chain, vocabulary) : chain, vocabulary, contextLength);
        this.detokenizer = StreamingDetokenizer.afterPrompt(tokenizer);
        this.stops = new StopStrings(stops);
        for (int token : job.prompt()) {
            sampler.accept(token);
        }
    }

    private static Sampler sampler(SamplerChain chain, int vocabulary, int contextLength) {
        try {
            return new Sampler(chain, vocabulary, contextLength);
        } catch (IllegalArgumentException wrong) {
            throw new InvalidRequestException("sampling", wrong.getMessage());
        }
    }

    private SamplerChain withoutEnd(SamplerChain chain, int vocabulary) {
        Map<Integer, Float> forbidden = new TreeMap<>();
        for (int token = 0; token < vocabulary; token++) {
            if (tokenizer.isEndOfGeneration(token)) {
                forbidden.put(token, Float.NEGATIVE_INFINITY);
            }
        }
        List<SamplerStage> stages = new ArrayList<>(chain.stages());
        stages.addFirst(new SamplerStage.Bias(forbidden));
        return new SamplerChain(stages);
    }

    CompletionJob job() {
        return job;
    }

    boolean finished() {
        return finishReason != null;
    }

    void start(Machine machine) {
        sequence = machine.open();
        job.started(0);
    }

    /** Tokens that are not in the KV cache. */
    int pending() {
        return size - sequence.length();
    }

    /** Whether its prompt is read, so that somebody waits for its next token. */
    boolean decoding() {
        return !generated.isEmpty();
    }

    /** Puts its next {@code count} pending tokens into a step. */
    void contribute(Step step, int count) {
        int from = sequence.length();
        boolean last = from + count == size;
        for (int i = 0; i < count; i++) {
            step.add(sequence, tokens[from + i], last && i == count - 1 && maxTokens > 0);
        }
        logitsIndex = last ? step.size() - 1 : -1;
        job.countStep();
    }

    /** Takes what a step computed for it. */
    void advance(Step step) {
        if (!decoding()) {
            job.prefilled(sequence.length());
        }
        if (logitsIndex < 0) {
            return;
        }
        if (maxTokens == 0) {
            finish(FinishReason.LENGTH);
            return;
        }
        int token = choose(step.logits(), step.logitsOffset(step.logitsRow(logitsIndex)));
        job.tokenChosen();
        if (tokenizer.isEndOfGeneration(token)) {
            finish(FinishReason.STOP);
            return;
        }
        accept(new ScoredToken(token, Float.NaN, List.of()));
    }

    private int choose(float[] logits, int offset) {
        try {
            return sampler.sample(logits, offset);
        } catch (ArithmeticException unusable) {
            throw new EngineException(
                    "no token can follow the first " + size + ": " + unusable.getMessage()
                            + "; if no logit bias is the cause, the model file is damaged",
                    unusable);
        }
    }

    private void accept(ScoredToken chosen) {
        sampler.accept(chosen.token());
        generated.add(chosen);
        job.tell(new CompletionEvent.Token(choice, chosen));
        emit(stops.append(detokenizer.append(chosen.token())));
        if (stops.stopped()) {
            finish(FinishReason.STOP);
        } else if (generated.size() == maxTokens || size == contextLength) {
            finish(FinishReason.LENGTH);
        } else {
            append(chosen.token());
        }
    }

    private void append(int token) {
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
        }
        tokens[size++] = token;
    }

    private void emit(String certain) {
        if (!certain.isEmpty()) {
            text.append(certain);
            job.tell(new CompletionEvent.Text(choice, certain));
        }
    }

    /** Ends the choice with what there is so far. */
    void finish(FinishReason reason) {
        if (!stops.stopped()) {
            emit(stops.append(detokenizer.flush()));
            emit(stops.flush());
        }
        finishReason = reason;
        release();
        job.choiceFinished(choice, reason);
    }

    /** Gives its memory back. */
    void release() {
        if (sequence != null) {
            sequence.close();
            sequence = null;
        }
    }

    CompletionResult.Choice result() {
        return new CompletionResult.Choice(text.toString(), "", List.of(), List.copyOf(generated), finishReason);
    }
}
