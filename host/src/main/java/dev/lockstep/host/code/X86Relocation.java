package dev.lockstep.host.code;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/** The relocations of position-independent x86-64 code. Source: System V ABI, AMD64 supplement, section 4.4. */
enum X86Relocation implements RelocationType {
    R_X86_64_64(1, Via.SYMBOL),
    R_X86_64_PC32(2, Via.SYMBOL),
    R_X86_64_PLT32(4, Via.CALL),
    R_X86_64_GOTPCREL(9, Via.SLOT),
    R_X86_64_PC64(24, Via.SYMBOL),
    R_X86_64_GOTPCRELX(41, Via.SLOT),
    R_X86_64_REX_GOTPCRELX(42, Via.SLOT);

    private final int code;
    private final Via via;

    X86Relocation(int code, Via via) {
        this.code = code;
        this.via = via;
    }

    static Optional<RelocationType> of(int code) {
        return Arrays.<RelocationType>stream(values())
                .filter(type -> ((X86Relocation) type).code == code)
                .findFirst();
    }

    @Override
    public Via via() {
        return via;
    }

    @Override
    public int bytes() {
        return switch (this) {
            case R_X86_64_64, R_X86_64_PC64 -> Long.BYTES;
            case R_X86_64_PC32, R_X86_64_PLT32, R_X86_64_GOTPCREL, R_X86_64_GOTPCRELX, R_X86_64_REX_GOTPCRELX ->
                Integer.BYTES;
        };
    }

    @Override
    public void apply(MemorySegment place, long target, long address) {
        switch (this) {
            case R_X86_64_64 -> place.set(LONG_WORD, 0, target);
            case R_X86_64_PC64 -> place.set(LONG_WORD, 0, target - address);
            case R_X86_64_PC32, R_X86_64_PLT32, R_X86_64_GOTPCREL, R_X86_64_GOTPCRELX, R_X86_64_REX_GOTPCRELX -> {
                RelocationType.checkFits(this, target - address, Integer.SIZE);
                place.set(WORD, 0, (int) (target - address));
            }
        }
    }
}
