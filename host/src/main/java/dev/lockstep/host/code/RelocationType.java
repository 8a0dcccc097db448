package dev.lockstep.host.code;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** One way to patch an address into code or data. */
interface RelocationType {
    ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfLong LONG_WORD = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** What the patched address is the address of. */
    enum Via {
        /** The symbol itself. */
        SYMBOL,
        /** The symbol, or a stub that jumps to it where it is outside the object: such a symbol may be far away. */
        CALL,
        /** A slot in a table of addresses that holds the symbol's. */
        SLOT
    }

    Via via();

    /** The bytes that {@link #apply} changes. */
    int bytes();

    /**
     * Patches the bytes at {@code place}.
     *
     * @param target the address of what {@link #via} says, plus the addend
     * @param address the address that the place has when the code runs
     * @throws CodeException if the target cannot be reached from there
     */
    void apply(MemorySegment place, long target, long address);

    /** Refuses a distance that does not fit into a signed field of so many bits. */
    static void checkFits(RelocationType type, long distance, int bits) {
        if (distance >> (bits - 1) != 0 && distance >> (bits - 1) != -1) {
            throw new CodeException("The object file has a relocation " + type + " over a distance of " + distance
                    + " bytes, which does not fit into " + bits + " bits.");
        }
    }
}
