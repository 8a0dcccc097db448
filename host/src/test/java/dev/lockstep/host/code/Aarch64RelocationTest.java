package dev.lockstep.host.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Aarch64RelocationTest {
    private static int apply(int code, int word, long target, long address) {
        MemorySegment place = MemorySegment.ofArray(new int[] {word, 0});
        Aarch64Relocation.of(code).orElseThrow().apply(place, target, address);
        return place.get(RelocationType.WORD, 0);
    }

    /** The words are those of the Arm Architecture Reference Manual's encodings, worked out by hand. */
    @ParameterizedTest
    @CsvSource({
        // bl .+0x1000; b .-4
        "283, 0x94000000, 0x11000,    0x10000, 0x94000400",
        "282, 0x14000000, 0xfffc,     0x10000, 0x17ffffff",
        // adrp x0, one page on; adrp x1, 5 pages back; adrp x2, 0x12345 pages on
        "275, 0x90000000, 0x11abc,    0x10ffc, 0xb0000000",
        "275, 0x90000001, 0xbabc,     0x10ffc, 0xf0ffffc1",
        "275, 0x90000002, 0x12355678, 0x10000, 0xb0091a22",
        "311, 0x90000000, 0x11abc,    0x10ffc, 0xb0000000",
        // add x0, x0, #0xabc
        "277, 0x91000000, 0x11abc,    0,       0x912af000",
        // ldrb w0, [x1, #0xabc]; ldrh #0xabc; ldr w #0xabc; ldr x #0xab8; ldr q #0xab0
        "278, 0x39400020, 0x11abc,    0,       0x396af020",
        "284, 0x79400020, 0x11abc,    0,       0x79557820",
        "285, 0xb9400020, 0x11abc,    0,       0xb94abc20",
        "286, 0xf9400020, 0x11ab8,    0,       0xf9455c20",
        "312, 0xf9400020, 0x11ab8,    0,       0xf9455c20",
        "299, 0x3dc00020, 0x11ab0,    0,       0x3dc2ac20",
        // data
        "261, 0,          0x1000,     0x1004,  0xfffffffc",
        "260, 0,          0x1000,     0x1004,  0xfffffffc",
        "257, 0,          0x12345678, 0,       0x12345678"
    })
    void shouldPatchTheFieldAndNothingElse(int code, String word, String target, String address, String expected) {
        int patched = apply(code, (int) (long) Long.decode(word), Long.decode(target), Long.decode(address));
        assertThat(Integer.toHexString(patched)).isEqualTo(Integer.toHexString((int) (long) Long.decode(expected)));
    }

    @ParameterizedTest
    @CsvSource({
        "283, 0x8000000,   0, does not fit into 28 bits",
        "283, 0x102,       0, not a multiple of 4",
        "286, 0x1004,      0, not a multiple of 8",
        "299, 0x1008,      0, not a multiple of 16",
        "275, 0x100000000, 0, does not fit into 33 bits",
        "261, 0x80000000,  0, does not fit into 32 bits"
    })
    void shouldRefuseTargetsOutOfReach(int code, String target, long address, String reason) {
        assertThatThrownBy(() -> apply(code, 0, Long.decode(target), address))
                .isInstanceOf(CodeException.class)
                .hasMessageContaining(reason);
    }
}
