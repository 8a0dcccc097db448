package dev.lockstep.text;

import java.nio.charset.StandardCharsets;

/** How a vocabulary writes the text of its normal tokens. */
enum TokenSpelling {
    /** Each letter is a byte of the {@link ByteAlphabet}. */
    BYTES {
        @Override
        byte[] read(String text) {
            var bytes = new byte[text.length()];
            for (int i = 0; i < bytes.length; i++) {
                int value = ByteAlphabet.value(text.charAt(i));
                if (value == ByteAlphabet.NOT_A_BYTE) {
                    return text.getBytes(StandardCharsets.UTF_8);
                }
                bytes[i] = (byte) value;
            }
            return bytes;
        }
    },

    /** Text with {@link SpaceMark}s. */
    MARKED_SPACES {
        @Override
        byte[] read(String text) {
            return SpaceMark.read(text).getBytes(StandardCharsets.UTF_8);
        }
    };

    abstract byte[] read(String text);
}
