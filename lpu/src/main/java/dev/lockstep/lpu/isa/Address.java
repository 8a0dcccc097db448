package dev.lockstep.lpu.isa;

/**
 * A word of a slice.
 *
 * @param word counted from the base
 * @param base which of the bases of the {@link dev.lockstep.lpu.program.Placement} is added; {@link #ABSOLUTE} for none
 */
public record Address(int word, int base) {
    public static final int ABSOLUTE = -1;

    public Address {
        if (word < 0 || base < ABSOLUTE) {
            throw new IsaException("Word " + word + " from base " + base + " is no address.");
        }
    }

    public static Address of(int word) {
        return new Address(word, ABSOLUTE);
    }

    /** The word so many words further on. */
    public Address advanced(int words) {
        return words == 0 ? this : new Address(word + words, base);
    }
}
