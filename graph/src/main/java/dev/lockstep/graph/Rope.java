package dev.lockstep.graph;

import java.util.List;

/**
 * Rotary position embedding: pair i of a head is turned by position * frequency(i), and scaled by {@code magnitude}.
 *
 * @param pairing which elements form a pair
 * @param frequencies radians per position for each pair; 2 * size() leading elements of a head are rotated, the others pass
 * @param magnitude factor on cos and sin (YaRN's attention factor), 1 without scaling
 */
public record Rope(Pairing pairing, List<Double> frequencies, double magnitude) {
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

    /** Leaves queries and keys as they are, for layers without positions. */
    public static final Rope NONE = new Rope(Pairing.HALVES, List.of(), 1);

    public Rope {
        frequencies = List.copyOf(frequencies);
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
