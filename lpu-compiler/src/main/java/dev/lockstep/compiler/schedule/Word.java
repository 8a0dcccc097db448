package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.machine.Hemisphere;

/** Names of words inside one block, where bases have no values yet. */
final class Word {
    private Word() {}

    /** The same number for the same word. Different bases are taken to lead to different words. */
    static long key(Hemisphere hemisphere, int slice, Address address) {
        return ((((long) address.base() + 1) << 8 | hemisphere.ordinal() << 7 | slice) << 32) | address.word();
    }
}
