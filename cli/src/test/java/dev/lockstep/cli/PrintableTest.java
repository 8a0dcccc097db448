package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.ByteSize;
import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void shouldNotLetAModelSteerTheTerminal() {
        assertThat(Printable.harmless("a\n\tb \u001b[31mred\u0007\u009b"))
                .isEqualTo("a\n\tb \ufffd[31mred\ufffd\ufffd");
    }

    @Test
    void shouldChooseUnits() {
        assertThat(ByteSize.print(1023)).isEqualTo("1023 bytes");
        assertThat(ByteSize.print(1536)).isEqualTo("1.5 KiB");
        assertThat(ByteSize.print(3L << 30)).isEqualTo("3.0 GiB");
        assertThat(Printable.count(1_100_048_384L)).isEqualTo("1.10 B");
        assertThat(Printable.count(512)).isEqualTo("512");
        assertThat(Printable.rate(99.94)).isEqualTo("99.9");
        assertThat(Printable.rate(123.4)).isEqualTo("123");
    }
}
