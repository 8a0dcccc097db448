package dev.lockstep.formats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ControlCharactersTest {
    @Test
    void shouldWriteOutWhatCouldSteerATerminal() {
        assertThat(ControlCharacters.escape("a\n\t\r\u001b[2J\u0085\u2603"))
                .isEqualTo("a\\n\\t\\r\\u001b[2J\\u0085\u2603");
    }

    @Test
    void shouldKeepRefusalsOnOneLine() {
        assertThat(new FormatException("x.gguf: token '<0x\n9>' is odd")).hasMessage("x.gguf: token '<0x\\n9>' is odd");
    }
}
