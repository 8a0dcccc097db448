package dev.lockstep.engine.service;

import dev.lockstep.engine.sampling.SamplingParameters;
import java.util.List;
import java.util.OptionalInt;

/**
 * What to answer, and how.
 *
 * @param sampling how tokens are chosen; choice {@code i} takes the seed plus {@code i}
 * @param maxTokens most tokens of an answer; {@link #UNLIMITED} goes on until the context is full
 * @param stopStrings texts that end an answer; they do not become part of it
 * @param choices how many answers
 * @param alternatives how many of the most likely tokens to tell at each place, with log-probabilities; empty for none at all, 0
 *     for the chosen token's only
 * @param ignoreEndOfGeneration whether to forbid the tokens with which the model would end its answer
 * @param receipt whether the result is to have a receipt
 */
public record CompletionRequest(
        Input input,
        SamplingParameters sampling,
        int maxTokens,
        List<String> stopStrings,
        int choices,
        OptionalInt alternatives,
        Constraint constraint,
        Priority priority,
        WhenContextIsFull whenContextIsFull,
        boolean ignoreEndOfGeneration,
        boolean receipt) {
    /** Of {@link #maxTokens}: until the model stops or the context is full. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Most {@link #choices}. */
    public static final int MAX_CHOICES = 128;

    /** Most {@link #alternatives}. */
    public static final int MAX_ALTERNATIVES = 100;

    public CompletionRequest {
        stopStrings = List.copyOf(stopStrings);
        check(maxTokens >= 0, "maxTokens", "the most tokens to generate are " + maxTokens + ", must be 0 or more");
        check(!stopStrings.contains(""), "stopStrings", "a stop string is empty, must have a character at least");
        check(
                choices >= 1 && choices <= MAX_CHOICES,
                "choices",
                choices + " choices were asked for, must be 1 to " + MAX_CHOICES);
        check(
                alternatives.isEmpty() || alternatives.getAsInt() >= 0 && alternatives.getAsInt() <= MAX_ALTERNATIVES,
                "alternatives",
                alternatives.orElse(0) + " alternatives were asked for, must be 0 to " + MAX_ALTERNATIVES);
    }

    private static void check(boolean condition, String parameter, String message) {
        if (!condition) {
            throw new InvalidRequestException(parameter, message);
        }
    }

    /** A request with {@link SamplingParameters#DEFAULT}, one choice and no limits but the context's. */
    public static Builder of(Input input) {
        return new Builder(input);
    }

    public static Builder of(String text) {
        return of(Input.text(text));
    }

    /** Sets what is to differ from the defaults. */
    public static final class Builder {
        private final Input input;
        private SamplingParameters sampling = SamplingParameters.DEFAULT;
        private int maxTokens = UNLIMITED;
        private List<String> stopStrings = List.of();
        private int choices = 1;
        private OptionalInt alternatives = OptionalInt.empty();
        private Constraint constraint = Constraint.NONE;
        private Priority priority = Priority.NORMAL;
        private WhenContextIsFull whenContextIsFull = WhenContextIsFull.FINISH;
        private boolean ignoreEndOfGeneration;
        private boolean receipt;

        private Builder(Input input) {
            this.input = input;
        }

        public Builder sampling(SamplingParameters sampling) {
            this.sampling = sampling;
            return this;
        }

        public Builder maxTokens(int maxTokens) {
            this.maxTokens = maxTokens;
            return this;
        }

        public Builder stopStrings(List<String> stopStrings) {
            this.stopStrings = stopStrings;
            return this;
        }

        public Builder choices(int choices) {
            this.choices = choices;
            return this;
        }

        public Builder alternatives(int alternatives) {
            this.alternatives = OptionalInt.of(alternatives);
            return this;
        }

        public Builder constraint(Constraint constraint) {
            this.constraint = constraint;
            return this;
        }

        public Builder priority(Priority priority) {
            this.priority = priority;
            return this;
        }

        public Builder whenContextIsFull(WhenContextIsFull whenContextIsFull) {
            this.whenContextIsFull = whenContextIsFull;
            return this;
        }

        public Builder ignoreEndOfGeneration(boolean ignoreEndOfGeneration) {
            this.ignoreEndOfGeneration = ignoreEndOfGeneration;
            return this;
        }

        public Builder receipt(boolean receipt) {
            this.receipt = receipt;
            return this;
        }

        public CompletionRequest build() {
            return new CompletionRequest(
                    input,
                    sampling,
                    maxTokens,
                    stopStrings,
                    choices,
                    alternatives,
                    constraint,
                    priority,
                    whenContextIsFull,
                    ignoreEndOfGeneration,
                    receipt);
        }
    }
}
