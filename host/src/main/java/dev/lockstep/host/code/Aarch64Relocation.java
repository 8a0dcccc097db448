package dev.lockstep.host.code;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * The relocations of position-independent AArch64 code in the small code model. Source: ELF for the Arm 64-bit
 * Architecture (AArch64), section 5.7.
 */
enum Aarch64Relocation implements RelocationType {
    R_AARCH64_ABS64(257, Via.SYMBOL),
    R_AARCH64_PREL64(260, Via.SYMBOL),
    R_AARCH64_PREL32(261, Via.SYMBOL),
    R_AARCH64_ADR_PREL_PG_HI21(275, Via.SYMBOL),
    R_AARCH64_ADD_ABS_LO12_NC(277, Via.SYMBOL),
    R_AARCH64_LDST8_ABS_LO12_NC(278, Via.SYMBOL),
    R_AARCH64_JUMP26(282, Via.CALL),
    R_AARCH64_CALL26(283, Via.CALL),
    R_AARCH64_LDST16_ABS_LO12_NC(284, Via.SYMBOL),
    R_AARCH64_LDST32_ABS_LO12_NC(285, Via.SYMBOL),
    R_AARCH64_LDST64_ABS_LO12_NC(286, Via.SYMBOL),
    R_AARCH64_LDST128_ABS_LO12_NC(299, Via.SYMBOL),
    R_AARCH64_ADR_GOT_PAGE(311, Via.SLOT),
    R_AARCH64_LD64_GOT_LO12_NC(312, Via.SLOT);

    private static final int PAGE_BITS = 12;

    private final int code;
    private final Via via;

    Aarch64Relocation(int code, Via via) {
        this.code = code;
        this.via = via;
    }

    static Optional<RelocationType> of(int code) {
        return Arrays.<RelocationType>stream(values())
                .filter(type -> ((Aarch64Relocation) type).code == code)
                .findFirst();
    }

    @Override
    public Via via() {
        return via;
    }

    @Override
    public int bytes() {
        return this == R_AARCH64_ABS64 || this == R_AARCH64_PREL64 ? Long.BYTES : Integer.BYTES;
    }

    @Override
    public void apply(MemorySegment place, long target, long address) {
        switch (this) {
            case R_AARCH64_ABS64 -> place.set(LONG_WORD, 0, target);
            case R_AARCH64_PREL64 -> place.set(LONG_WORD, 0, target - address);
            case R_AARCH64_PREL32 -> {
                RelocationType.checkFits(this, target - address, Integer.SIZE);
                place.set(WORD, 0, (int) (target - address));
            }
            case R_AARCH64_ADR_PREL_PG_HI21, R_AARCH64_ADR_GOT_PAGE -> pageDistance(place, target, address);
            case R_AARCH64_JUMP26, R_AARCH64_CALL26 -> branch(place, target - address);
            case R_AARCH64_ADD_ABS_LO12_NC, R_AARCH64_LDST8_ABS_LO12_NC -> pageOffset(place, target, 0);
            case R_AARCH64_LDST16_ABS_LO12_NC -> pageOffset(place, target, 1);
            case R_AARCH64_LDST32_ABS_LO12_NC -> pageOffset(place, target, 2);
            case R_AARCH64_LDST64_ABS_LO12_NC, R_AARCH64_LD64_GOT_LO12_NC -> pageOffset(place, target, 3);
            case R_AARCH64_LDST128_ABS_LO12_NC -> pageOffset(place, target, 4);
        }
    }

    /** ADRP: 21 bits of 4 KiB pages, the low two in bits 30:29, the others in bits 23:5. */
    private void pageDistance(MemorySegment place, long target, long address) {
        long pages = (target >> PAGE_BITS) - (address >> PAGE_BITS);
        RelocationType.checkFits(this, pages << PAGE_BITS, 21 + PAGE_BITS);
        int low = (int) (pages & 3) << 29;
        int high = (int) (pages >> 2 & 0x7ffff) << 5;
        patch(place, 3 << 29 | 0x7ffff << 5, low | high);
    }

    /** B and BL: 26 bits of instructions in bits 25:0. */
    private void branch(MemorySegment place, long distance) {
        RelocationType.checkFits(this, distance, 26 + 2);
        checkAligned(distance, 2);
        patch(place, 0x3ffffff, (int) (distance >> 2) & 0x3ffffff);
    }

    /** ADD, LDR, STR: the offset in the page, in units of the access size, in bits 21:10. */
    private void pageOffset(MemorySegment place, long target, int unitBits) {
        checkAligned(target, unitBits);
        int offset = (int) target & (1 << PAGE_BITS) - 1;
        patch(place, 0xfff << 10, offset >> unitBits << 10);
    }

    private void checkAligned(long value, int bits) {
        if ((value & (1L << bits) - 1) != 0) {
            throw new CodeException("The object file has a relocation " + this + " whose target is not a multiple of "
                    + (1 << bits) + ".");
        }
    }

    private static void patch(MemorySegment place, int field, int bits) {
        place.set(WORD, 0, place.get(WORD, 0) & ~field | bits);
    }
}
