package dev.lockstep.engine;

import dev.lockstep.engine.sampling.Sampler;
import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplerStage;
import dev.lockstep.text.StreamingDetokenizer;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One generation: prefill, then a token per step until something ends it. */
final class Generator {
    private final Session session;
    private final Tokenizer tokenizer;
    private final GenerationOptions options;
    private final GenerationListener listener;
    private final Sampler sampler;
    private final StreamingDetokenizer detokenizer;
    private final StopStrings stops;
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> generated = new ArrayList<>();
    private int decodeSteps;

    private Generator(Session session, Tokenizer tokenizer, GenerationOptions options, GenerationListener listener) {
        this.session = session;
        this.tokenizer = tokenizer;
        this.options = options;
        this.listener = listener;
        int vocabularySize = Math.min(session.vocabularySize(), tokenizer.vocabularySize());
        this.sampler = new Sampler(chain(vocabularySize), vocabularySize, session.contextLength());
        this.detokenizer = StreamingDetokenizer.afterPrompt(tokenizer);
        this.stops = new StopStrings(options.stopStrings());
    }

    /**
     * Continues {@code prompt}.
     *
     * @throws EngineException if the prompt is empty, too long for the context or holds unknown tokens, or if the model computes
     *     no usable logits
     */
    static Generation generate(
            Session session,
            Tokenizer tokenizer,
            int[] prompt,
            GenerationOptions options,
            GenerationListener listener) {
        PromptCheck.check(prompt, session.vocabularySize(), session.contextLength());
        return new Generator(session, tokenizer, options, listener).run(prompt);
    }

    private Generation run(int[] prompt) {
        long start = System.nanoTime();
        int cached = session.keepPrefix(prompt);
        boolean complete = prefill(prompt);
        long prefilled = System.nanoTime();
        FinishReason reason = complete ? decode() : FinishReason.CANCELLED;
        long end = System.nanoTime();
        if (!stops.stopped()) {
            emit(stops.append(detokenizer.flush()));
            emit(stops.flush());
        }
        var statistics = new GenerationStatistics(
                complete ? prompt.length : session.length(),
                cached,
                generated.size(),
                prefilled - start,
                decodeSteps,
                end - prefilled);
        return new Generation(text.toString(), generated, reason, statistics);
    }

    private boolean prefill(int[] prompt) {
        for (int token : prompt) {
            sampler.accept(token);
        }
        while (session.length() < prompt.length) {
            if (cancelled()) {
                return false;
            }
            session.prefill(prompt);
            listener.prefill(session.length(), prompt.length);
        }
        return true;
    }

    private FinishReason decode() {
        while (generated.size() < options.maxTokens()) {
            if (cancelled()) {
                return FinishReason.CANCELLED;
            }
            if (!generated.isEmpty()) {
                if (session.length() == session.contextLength()) {
                    return FinishReason.LENGTH;
                }
                session.append(generated.getLast());
                decodeSteps++;
            }
            int token = choose();
            if (tokenizer.isEndOfGeneration(token)) {
                return FinishReason.STOP;
            }
            sampler.accept(token);
            generated.add(token);
            listener.token(token);
            emit(stops.append(detokenizer.append(token)));
            if (stops.stopped()) {
                return FinishReason.STOP;
            }
        }
        return FinishReason.LENGTH;
    }

    private int choose() {
        try {
            return sampler.sample(session.logits(), 0);
        } catch (ArithmeticException unusable) {
            throw new EngineException(
                    "no token can follow the first " + session.length() + ": " + unusable.getMessage()
                            + "; if no logit bias is the cause, the model file is damaged",
                    unusable);
        }
    }

    private boolean cancelled() {
        return listener.cancelled() || Thread.currentThread().isInterrupted();
    }

    private void emit(String certain) {
        if (!certain.isEmpty()) {
            text.append(certain);
            listener.text(certain);
        }
    }

    private SamplerChain chain(int vocabularySize) {
        if (!options.ignoreEndOfGeneration()) {
            return options.sampler();
        }
        Map<Integer, Float> forbidden = new TreeMap<>();
        for (int token = 0; token < vocabularySize; token++) {
            if (tokenizer.isEndOfGeneration(token)) {
                forbidden.put(token, Float.NEGATIVE_INFINITY);
            }
        }
        List<SamplerStage> stages = new ArrayList<>(options.sampler().stages());
        stages.addFirst(new SamplerStage.Bias(forbidden));
        return new SamplerChain(stages);
    }
}
