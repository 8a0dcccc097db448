package dev.lockstep.host.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class X86RelocationTest {
    private final byte[] place = new byte[8];

    private void apply(int code, long target, long address) {
        X86Relocation.of(code).orElseThrow().apply(MemorySegment.ofArray(place), target, address);
    }

    @ParameterizedTest
    @CsvSource({"2", "4", "9", "41", "42"})
    void shouldWriteDistancesOf32Bits(int code) {
        apply(code, 0x1000, 0x1234);
        assertThat(place).containsExactly(0xcc, 0xfd, 0xff, 0xff, 0, 0, 0, 0);
    }

    @Test
    void shouldWriteAddressesAndDistancesOf64Bits() {
        apply(1, 0x7fff_1234_5678_9abcL, 0);
        assertThat(place).containsExactly(0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12, 0xff, 0x7f);
        apply(24, 0x10, 0x12);
        assertThat(place).containsExactly(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    }

    @Test
    void shouldReachTwoGibibytesAndNoFurther() {
        apply(2, 0x7fff_ffffL, 0);
        apply(2, 0, 0x8000_0000L);
        assertThatThrownBy(() -> apply(2, 0x8000_0000L, 0))
                .isInstanceOf(CodeException.class)
                .hasMessageContaining("R_X86_64_PC32 over a distance of 2147483648 bytes");
        assertThatThrownBy(() -> apply(2, 0, 0x8000_0001L)).isInstanceOf(CodeException.class);
    }

    @ParameterizedTest
    @CsvSource({"0", "10", "11", "37", "-1"})
    void shouldKnowNoRelocationsOfPositionDependentCode(int code) {
        assertThat(X86Relocation.of(code)).isEmpty();
    }
}
