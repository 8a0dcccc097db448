package dev.lockstep.compiler.layout;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;

/**
 * Vectors in consecutive words.
 *
 * @param slice of byte plane 0; plane b lies in slice + b
 * @param word of the first vector, counted from the base
 */
public record Vectors(Element type, Hemisphere hemisphere, int slice, int word, int base, int count) {
    public Vectors {
        if (count < 0) {
            throw new IllegalArgumentException("buffer of " + count + " vectors");
        }
    }

    /** Where vector {@code index} lies in each of its slices. */
    public Address at(int index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException("vector " + index + " of " + count);
        }
        return new Address(word + index, base);
    }

    /** The same slices and words with elements of another type. */
    public Vectors as(Element other) {
        return new Vectors(other, hemisphere, slice, word, base, count);
    }

    /** Some of these vectors. */
    public Vectors slice(int first, int vectors) {
        return new Vectors(type, hemisphere, slice, word + first, base, vectors);
    }
}
