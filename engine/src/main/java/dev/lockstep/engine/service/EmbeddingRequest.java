package dev.lockstep.engine.service;

import dev.lockstep.engine.Prompt;
import java.util.List;

/**
 * Texts to turn into vectors.
 *
 * @param normalized whether vectors are scaled to length 1
 */
public record EmbeddingRequest(List<Prompt> inputs, Pooling pooling, boolean normalized, Priority priority) {
    public EmbeddingRequest {
        inputs = List.copyOf(inputs);
    }

    public static EmbeddingRequest of(List<String> texts) {
        return new EmbeddingRequest(
                texts.stream().<Prompt>map(text -> new Prompt.Text(text, false)).toList(),
                Pooling.MODEL,
                true,
                Priority.NORMAL);
    }
}
