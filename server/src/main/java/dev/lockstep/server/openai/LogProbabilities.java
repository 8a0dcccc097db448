package dev.lockstep.server.openai;

import dev.lockstep.engine.service.ScoredToken;
import dev.lockstep.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Tokens of an answer with their log-probabilities, as chat completions have them. */
record LogProbabilities(List<Entry> content) {
    /** @param bytes of the token, as numbers from 0 to 255 */
    record Entry(String token, float logprob, List<Integer> bytes, List<Alternative> topLogprobs) {}

    record Alternative(String token, float logprob, List<Integer> bytes) {}

    static LogProbabilities of(Tokenizer tokenizer, List<ScoredToken> tokens) {
        return new LogProbabilities(
                tokens.stream().map(token -> entry(tokenizer, token)).toList());
    }

    private static Entry entry(Tokenizer tokenizer, ScoredToken scored) {
        return new Entry(
                text(tokenizer, scored.token()),
                finite(scored.logProbability()),
                bytes(tokenizer, scored.token()),
                scored.alternatives().stream()
                        .map(other -> new Alternative(
                                text(tokenizer, other.token()),
                                finite(other.logProbability()),
                                bytes(tokenizer, other.token())))
                        .toList());
    }

    /** JSON has no infinity; OpenAI writes this for what is hopeless. */
    static float finite(float logProbability) {
        return Math.max(-9999, logProbability);
    }

    /** What a token writes; the name of one that writes nothing. */
    static String text(Tokenizer tokenizer, int token) {
        byte[] bytes = tokenizer.bytes(token);
        return bytes.length == 0 ? tokenizer.piece(token) : new String(bytes, StandardCharsets.UTF_8);
    }

    private static List<Integer> bytes(Tokenizer tokenizer, int token) {
        List<Integer> numbers = new ArrayList<>();
        for (byte b : tokenizer.bytes(token)) {
            numbers.add(b & 0xFF);
        }
        return numbers;
    }
}
