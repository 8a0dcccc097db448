package dev.lockstep.graph;

import java.util.List;
import java.util.Optional;

/**
 * Rotary position embedding: pair i of a head is turned by position * frequency(i), and scaled by {@code magnitude}.
 *
 * @param pairing which elements form a pair
 * @param frequencies radians per position for each pair; 2 * size() leading elements of a head are rotated, the others pass
 * @param magnitude factor on cos and sin (YaRN's attention factor), 1 without scaling
 * @param growth of queries, for models that attend more sharply from far positions
 */
public record Rope(Pairing pairing, List<Double> frequencies, double magnitude, Optional<Growth> growth) {
    /** Which elements of a head turn together. */
    public enum Pairing {
        /** (0, 1), (2, 3), ... as in the original LLaMA and its GGUF files. */
        INTERLEAVED("interleaved"),
        /** (0, n/2), (1, n/2 + 1), ... as in GPT-NeoX. */
        HALVES("halves");

        private final String text;

        Pairing(String text) {
            this.text = text;
        }

        /** The name in the graph's text form. */
        public String text() {
            return text;
        }
    }

    /** Queries are multiplied by {@code 1 + factor * ln(1 + floor(position / length))} (Llama 4, Ministral 3). */
    public record Growth(double factor, int length) {
        public Growth {
            if (!Double.isFinite(factor) || length < 1) {
                throw new IllegalArgumentException("queries that grow by %s every %d".formatted(factor, length));
            }
        }

        /** The factor at a position. */
        public float at(int position) {
            return (float) (1 + factor * StrictMath.log(1.0 + position / length));
        }
    }

    /** Leaves queries and keys as they are, for layers without positions. */
    public static final Rope NONE = new Rope(Pairing.HALVES, List.of(), 1);

    public Rope {
        frequencies = List.copyOf(frequencies);
    }

    /** Without growth. */
    public Rope(Pairing pairing, List<Double> frequencies, double magnitude) {
        this(pairing, frequencies, magnitude, Optional.empty());
    }

    /** The same with queries that grow. */
    public Rope growing(Growth queries) {
        return new Rope(pairing, frequencies, magnitude, Optional.of(queries));
    }

    /** Elements of a head that are rotated. */
    public int width() {
        return 2 * frequencies.size();
    }

    /** cos of pair {@code pair} at {@code position}. */
    public float cos(int position, int pair) {
        return (float) (StrictMath.cos(position * frequencies.get(pair)) * magnitude);
    }

    /** sin of pair {@code pair} at {@code position}. */
    public float sin(int position, int pair) {
        return (float) (StrictMath.sin(position * frequencies.get(pair)) * magnitude);
    }
}
