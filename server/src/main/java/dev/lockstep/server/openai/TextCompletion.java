package dev.lockstep.server.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.lockstep.engine.service.Receipt;
import dev.lockstep.engine.service.ScoredToken;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The continuation of a text, whole or a piece of it. */
record TextCompletion(
        String id,
        String object,
        long created,
        String model,
        String systemFingerprint,
        List<Choice> choices,
        @Nullable UsageReport usage,
        @Nullable TimingReport timings,
        @Nullable Receipt receipt) {
    record Choice(
            int index,
            String text,
            @JsonInclude @Nullable Scores logprobs,
            @JsonInclude @Nullable String finishReason) {}

    /** Log-probabilities in the older form: a list for each kind of fact. */
    record Scores(
            List<String> tokens,
            List<Float> tokenLogprobs,
            List<Map<String, Float>> topLogprobs,
            List<Integer> textOffset) {
        static Scores of(Tokenizer tokenizer, List<ScoredToken> scored, int offset) {
            List<String> tokens = new ArrayList<>();
            List<Float> logprobs = new ArrayList<>();
            List<Map<String, Float>> tops = new ArrayList<>();
            List<Integer> offsets = new ArrayList<>();
            int place = offset;
            for (ScoredToken token : scored) {
                String text = LogProbabilities.text(tokenizer, token.token());
                tokens.add(text);
                logprobs.add(LogProbabilities.finite(token.logProbability()));
                Map<String, Float> top = new LinkedHashMap<>();
                token.alternatives()
                        .forEach(other -> top.put(
                                LogProbabilities.text(tokenizer, other.token()),
                                LogProbabilities.finite(other.logProbability())));
                tops.add(top);
                offsets.add(place);
                place += tokenizer.bytes(token.token()).length == 0 ? 0 : text.length();
            }
            return new Scores(tokens, logprobs, tops, offsets);
        }
    }

    static TextCompletion of(
            ChatHead head,
            List<Choice> choices,
            @Nullable UsageReport usage,
            @Nullable TimingReport timings,
            @Nullable Receipt receipt) {
        return new TextCompletion(
                head.id(),
                "text_completion",
                head.created(),
                head.model(),
                head.systemFingerprint(),
                choices,
                usage,
                timings,
                receipt);
    }
}
