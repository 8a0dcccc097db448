package dev.lockstep.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SentencePieceModelTest {
    private static final long SEED = 7;
    /** A trainer's settings that say pairs of characters, and a normalizer's that keep spaces. */
    private static final byte[] PAIRS = {0x18, 2};

    private static final byte[] KEEPING_SPACES = {0x20, 0};

    @Test
    void shouldReadPiecesAndWhatIsDoneBefore() {
        SentencePieceModel model = read(file(PAIRS, new byte[] {0x18, 0, 0x20, 0}));

        assertThat(model.unigram()).isFalse();
        assertThat(model.addsPrefix()).isFalse();
        assertThat(model.pieces())
                .containsExactly(
                        new SentencePieceModel.Piece("<unk>", 0, TokenTable.UNKNOWN),
                        new SentencePieceModel.Piece("▁a", -1.5f, TokenTable.NORMAL));
        assertThat(read(file(new byte[0], KEEPING_SPACES)).unigram()).isTrue();
    }

    @Test
    void shouldRefuseWhatChangesTextsBefore() {
        refuse(file(PAIRS, new byte[0]), "removes spaces before it cuts");
        refuse(file(PAIRS, new byte[] {0x12, 1, 9, 0x20, 0}), "replaces characters before it cuts");
        refuse(file(new byte[] {0x18, 3}, KEEPING_SPACES), "cuts text into words or characters");
        refuse(new byte[0], "has 0 pieces");
        refuse("{\"model\": {}}".getBytes(StandardCharsets.US_ASCII), "is not a vocabulary of SentencePiece");
    }

    @Test
    void shouldRefuseOrReadWhateverBytesAreChanged() {
        byte[] good = file(PAIRS, KEEPING_SPACES);
        Random random = new Random(SEED);
        for (int round = 0; round < 3000; round++) {
            byte[] bad = java.util.Arrays.copyOf(good, 1 + random.nextInt(good.length));
            for (int change = 0; change <= random.nextInt(4); change++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(read(bad).pieces()).isNotEmpty();
            } catch (FormatException refused) {
                assertThat(refused).hasMessageStartingWith("test.model: ");
            }
        }
    }

    private static SentencePieceModel read(byte[] bytes) {
        return SentencePieceModel.read("test.model", bytes);
    }

    private static void refuse(byte[] bytes, String problem) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(FormatException.class)
                .hasMessageStartingWith("test.model: ")
                .hasMessageContaining(problem);
    }

    private static byte[] file(byte[] trainer, byte[] normalizer) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        field(file, 1, piece("<unk>", 0, TokenTable.UNKNOWN));
        field(file, 1, piece("▁a", -1.5f, TokenTable.NORMAL));
        field(file, 2, trainer);
        field(file, 3, normalizer);
        return file.toByteArray();
    }

    private static byte[] piece(String text, float score, int type) {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        field(piece, 1, text.getBytes(StandardCharsets.UTF_8));
        piece.write(2 << 3 | 5);
        piece.writeBytes(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(score)
                .array());
        piece.write(3 << 3);
        piece.write(type);
        return piece.toByteArray();
    }

    private static void field(ByteArrayOutputStream to, int number, byte[] bytes) {
        to.write(number << 3 | 2);
        to.write(bytes.length);
        to.writeBytes(bytes);
    }
}
