package dev.lockstep.simulator;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a queue holds of its program text. It is full when a program starts; an instruction leaves it in the cycle of its first dispatch, and a
 * fetch brings what comes next.
 */
final class TextQueue {
    private final int capacity;
    private final int portion;
    private final byte[] text;
    private int loaded;
    private int used;

    /** @param text of the whole program */
    TextQueue(Machine machine, byte[] text) {
        this.capacity = machine.whole(Quantity.TEXT_BYTES);
        this.portion = machine.whole(Quantity.FETCH_BYTES);
        this.text = text;
        loaded = Math.min(capacity, text.length);
    }

    /** Takes an instruction of so many bytes out; says what is wrong if the queue does not hold all of it. */
    Optional<String> dispatch(int bytes) {
        used += bytes;
        return used > loaded
                ? Optional.of("it holds " + (loaded - used + bytes) + " of the " + bytes
                        + " bytes of this instruction: its text has not been fetched")
                : Optional.empty();
    }

    /** Takes the next portion in; says what is wrong if there is none, or no room for it. */
    Optional<String> fetch() {
        if (loaded == text.length) {
            return Optional.of("all of its text has been fetched");
        }
        int holds = loaded - used;
        if (holds + portion > capacity) {
            return Optional.of("it holds " + holds + " bytes of text and has no room for " + portion + " more");
        }
        loaded = Math.min(loaded + portion, text.length);
        return Optional.empty();
    }

    /** A vector of the portion that was fetched last. */
    byte[] fetched(int vector, int lanes) {
        int portions = Math.ceilDiv(loaded - capacity, portion);
        return vector(text, capacity + (portions - 1) * portion + vector * lanes, lanes);
    }

    /** Some bytes of a text, filled up with zeros. */
    static byte[] vector(byte[] text, int from, int lanes) {
        return from >= text.length
                ? new byte[lanes]
                : Arrays.copyOf(Arrays.copyOfRange(text, from, Math.min(text.length, from + lanes)), lanes);
    }
}
