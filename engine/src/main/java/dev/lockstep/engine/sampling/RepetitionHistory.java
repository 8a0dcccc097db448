package dev.lockstep.engine.sampling;

import java.util.BitSet;

/** The last tokens of a text, and the penalties for those that would continue a repetition. */
final class RepetitionHistory {
    /** A repetition that is longer is no worse. */
    private static final int LONGEST = 64;

    private final SamplerStage.Dry stage;
    private final BitSet breakers = new BitSet();
    private final int[] tokens;
    private final float[] penalties;
    private final int[] penalized;
    private int penalizedCount;
    private int size;

    RepetitionHistory(SamplerStage.Dry stage, int vocabularySize, int contextLength) {
        this.stage = stage;
        this.tokens = new int[2 * Math.min(stage.window(), contextLength)];
        this.penalties = new float[vocabularySize];
        this.penalized = new int[vocabularySize];
        stage.breakers().forEach(breakers::set);
    }

    void accept(int token) {
        if (tokens.length == 0) {
            return;
        }
        if (size == tokens.length) {
            System.arraycopy(tokens, size / 2, tokens, 0, size / 2);
            size /= 2;
        }
        tokens[size++] = token;
    }

    /** By token; 0 for most. Valid until the next call. */
    float[] penalties() {
        for (int i = 0; i < penalizedCount; i++) {
            penalties[penalized[i]] = 0;
        }
        penalizedCount = 0;
        int first = Math.max(0, size - tokens.length / 2);
        for (int next = first + 1; next < size; next++) {
            int length = repeated(next, first);
            if (length >= stage.allowedLength()) {
                penalize(tokens[next], length);
            }
        }
        return penalties;
    }

    /** How many tokens before {@code place} are the same as at the end of the text. */
    private int repeated(int place, int first) {
        int length = 0;
        while (length < LONGEST
                && place - 1 - length >= first
                && tokens[place - 1 - length] == tokens[size - 1 - length]
                && !breakers.get(tokens[size - 1 - length])) {
            length++;
        }
        return length;
    }

    private void penalize(int token, int length) {
        if (breakers.get(token)) {
            return;
        }
        float penalty =
                (float) (stage.multiplier() * StrictMath.pow(stage.base(), (double) length - stage.allowedLength()));
        if (penalties[token] == 0) {
            penalized[penalizedCount++] = token;
        }
        penalties[token] = Math.max(penalties[token], penalty);
    }
}
