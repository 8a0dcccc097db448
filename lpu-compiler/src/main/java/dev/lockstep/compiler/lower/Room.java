package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Hemisphere;

/** Words for intermediate results of a block, given out one after another. */
final class Room {
    private final int words;
    private int eastFloats;
    private int westFloats;
    private final int[] halves = new int[Hemisphere.values().length];

    /** @param map what is taken already */
    Room(MemoryMap map) {
        this.words = map.roomWords();
        westFloats = map.firstWestFloats();
        for (Hemisphere hemisphere : Hemisphere.values()) {
            halves[hemisphere.ordinal()] = map.gathered();
        }
    }

    Vectors eastFloats(int count) {
        int word = eastFloats;
        eastFloats += count;
        return checked(new Vectors(Element.FP32, Hemisphere.EAST, Slices.quad(1), word, Address.ABSOLUTE, count));
    }

    Vectors westFloats(int count) {
        int word = westFloats;
        westFloats += count;
        return checked(new Vectors(Element.FP32, Hemisphere.WEST, Slices.quad(2), word, Address.ABSOLUTE, count));
    }

    Vectors halves(Hemisphere hemisphere, int count) {
        int word = halves[hemisphere.ordinal()];
        halves[hemisphere.ordinal()] += count;
        return checked(
                new Vectors(Element.FP16, hemisphere, MemoryMap.halfSlice(hemisphere), word, Address.ABSOLUTE, count));
    }

    private Vectors checked(Vectors vectors) {
        if (vectors.word() + vectors.count() > words) {
            throw new CompilerException("Intermediate results need more than the " + words
                    + " words of a memory slice. Use more chips or a shorter context.");
        }
        return vectors;
    }
}
