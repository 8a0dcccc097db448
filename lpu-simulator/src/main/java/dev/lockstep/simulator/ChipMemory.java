package dev.lockstep.simulator;

import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import org.jspecify.annotations.Nullable;

/** The memory slices of a chip. Pages come into being when they are first written; all else is 0. */
final class ChipMemory {
    private static final int WORDS_PER_PAGE = 128;

    private final int lanes;
    private final int slices;
    private final int words;
    private final byte[] @Nullable [] pages;
    private final int pagesPerSlice;

    ChipMemory(Machine machine) {
        lanes = machine.lanes();
        slices = machine.slices();
        words = machine.wordsPerSlice();
        pagesPerSlice = (words + WORDS_PER_PAGE - 1) / WORDS_PER_PAGE;
        pages = new byte[2 * slices * pagesPerSlice][];
    }

    boolean contains(int slice, int word) {
        return slice >= 0 && slice < slices && word >= 0 && word < words;
    }

    int words() {
        return words;
    }

    void read(Hemisphere hemisphere, int slice, int word, byte[] to) {
        read(hemisphere, slice, word, to, 0, lanes);
    }

    /** Some lanes of a word. */
    void read(Hemisphere hemisphere, int slice, int word, byte[] to, int lane, int count) {
        byte[] page = pages[page(hemisphere, slice, word)];
        if (page == null) {
            java.util.Arrays.fill(to, lane, lane + count, (byte) 0);
        } else {
            System.arraycopy(page, word % WORDS_PER_PAGE * lanes + lane, to, lane, count);
        }
    }

    void write(Hemisphere hemisphere, int slice, int word, byte[] from) {
        write(hemisphere, slice, word, from, 0, lanes);
    }

    void write(Hemisphere hemisphere, int slice, int word, byte[] from, int lane, int count) {
        int index = page(hemisphere, slice, word);
        byte[] page = pages[index];
        if (page == null) {
            page = new byte[WORDS_PER_PAGE * lanes];
            pages[index] = page;
        }
        System.arraycopy(from, lane, page, word % WORDS_PER_PAGE * lanes + lane, count);
    }

    private int page(Hemisphere hemisphere, int slice, int word) {
        if (!contains(slice, word)) {
            throw new IndexOutOfBoundsException("word " + word + " of slice " + slice);
        }
        return (hemisphere.ordinal() * slices + slice) * pagesPerSlice + word / WORDS_PER_PAGE;
    }
}
