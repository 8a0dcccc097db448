package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import dev.lockstep.graph.reference.ReferenceMachine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * The logits after every token of a text.
 *
 * @param logits for each token, in order
 */
record Transcript(List<float[]> logits) {
    /** Most tokens that the machines of these tests take in a step, and most of a sequence. */
    static final int MOST = 200;

    /** Where two transcripts differ first. */
    record Difference(int token, int index, float expected, float actual) {
        @Override
        public String toString() {
            return "logit %d after token %d is %s (%08x), not %s (%08x)"
                    .formatted(
                            index,
                            token,
                            actual,
                            Float.floatToRawIntBits(actual),
                            expected,
                            Float.floatToRawIntBits(expected));
        }
    }

    static int[] randomTokens(int count, int vocabulary, long seed) {
        return new Random(seed).ints(count, 0, vocabulary).toArray();
    }

    /** What the reference interpreter says. */
    static Transcript expected(TestModel model, KvType kvType, int[] tokens) {
        try (Machine reference = new ReferenceMachine(model.graph(), model.weights(), kvType, MOST, MOST)) {
            return of(reference, tokens, tokens.length);
        }
    }

    /** What a machine says to the tokens in steps of {@code chunk}. */
    static Transcript of(Machine machine, int[] tokens, int chunk) {
        try (Sequence sequence = machine.open()) {
            return continued(machine, sequence, tokens, chunk);
        }
    }

    /** As {@link #of}, after what the sequence already holds. */
    static Transcript continued(Machine machine, Sequence sequence, int[] tokens, int chunk) {
        Step step = new Step(machine);
        List<float[]> logits = new ArrayList<>();
        for (int from = 0; from < tokens.length; from += chunk) {
            step.clear();
            for (int i = from; i < Math.min(tokens.length, from + chunk); i++) {
                step.add(sequence, tokens[i], true);
            }
            machine.run(step);
            for (int i = 0; i < step.size(); i++) {
                logits.add(row(step, i));
            }
        }
        return new Transcript(logits);
    }

    /** The logits of one token of a step. */
    static float[] row(Step step, int token) {
        int start = step.logitsOffset(step.logitsRow(token));
        return Arrays.copyOfRange(step.logits(), start, start + step.logitsOffset(1));
    }

    Transcript from(int token) {
        return logits(token, logits.size());
    }

    Transcript logits(int from, int to) {
        return new Transcript(logits.subList(from, to));
    }

    /** The first place where bits differ. */
    Optional<Difference> difference(Transcript actual) {
        assertThat(actual.logits).hasSameSizeAs(logits);
        for (int token = 0; token < logits.size(); token++) {
            float[] expected = logits.get(token);
            float[] got = actual.logits.get(token);
            for (int i = 0; i < expected.length; i++) {
                if (Float.floatToRawIntBits(expected[i]) != Float.floatToRawIntBits(got[i])) {
                    return Optional.of(new Difference(token, i, expected[i], got[i]));
                }
            }
        }
        return Optional.empty();
    }

    void assertSame(String what, Transcript actual) {
        assertThat(difference(actual)).as(what).isEmpty();
    }
}
