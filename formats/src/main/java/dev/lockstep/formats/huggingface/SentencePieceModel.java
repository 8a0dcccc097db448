package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A vocabulary as SentencePiece saves it, in the form of Protocol Buffers.
 *
 * <p>Source: {@code sentencepiece_model.proto} of google/sentencepiece, by the numbers of its fields.
 *
 * @param origin the file, for messages
 * @param unigram whether a text becomes the most likely pieces, and not those that joined pairs give
 * @param addsPrefix whether a space goes before a text
 */
record SentencePieceModel(String origin, List<Piece> pieces, boolean unigram, boolean addsPrefix) {
    private static final long MOST_BYTES = 1L << 28;

    private static final int PIECES = 1;
    private static final int TRAINER = 2;
    private static final int NORMALIZER = 3;

    private static final int UNIGRAM = 1;
    private static final int BYTE_PAIRS = 2;

    /**
     * A token.
     *
     * @param type with the numbers of {@link TokenTable}, which SentencePiece has as well
     */
    record Piece(String text, float score, int type) {}

    /** @throws FormatException if the file is not such a vocabulary, or normalizes text in a way that is not supported */
    static SentencePieceModel read(Path path) {
        try {
            if (Files.size(path) > MOST_BYTES) {
                throw new FormatException(path + ": has more than " + MOST_BYTES + " bytes; download the model again");
            }
            return read(path.toString(), Files.readAllBytes(path));
        } catch (IOException failure) {
            throw new FormatException(
                    path + ": cannot be read (" + failure.getMessage() + "); check the file and its permissions",
                    failure);
        }
    }

    static SentencePieceModel read(String origin, byte[] bytes) {
        List<Piece> pieces = new ArrayList<>();
        int type = UNIGRAM;
        boolean prefix = true;
        ProtobufReader model = new ProtobufReader(origin, ByteBuffer.wrap(bytes));
        while (model.next()) {
            switch (model.field()) {
                case PIECES -> pieces.add(piece(model.message()));
                case TRAINER -> type = modelType(model.message());
                case NORMALIZER -> prefix = prefix(origin, model.message());
                default -> model.skip();
            }
        }
        if (pieces.isEmpty() || pieces.size() > TokenTable.MOST) {
            throw new FormatException(
                    origin + ": has " + pieces.size() + " pieces; download the model again, or give a GGUF file");
        }
        if (type != UNIGRAM && type != BYTE_PAIRS) {
            throw new FormatException(
                    origin + ": cuts text into words or characters, which is not supported; give a GGUF file");
        }
        return new SentencePieceModel(origin, List.copyOf(pieces), type == UNIGRAM, prefix);
    }

    private static Piece piece(ProtobufReader message) {
        String text = "";
        float score = 0;
        int type = TokenTable.NORMAL;
        while (message.next()) {
            switch (message.field()) {
                case 1 -> text = message.string();
                case 2 -> score = message.float32();
                case 3 -> type = (int) message.integer();
                default -> message.skip();
            }
        }
        return new Piece(text, score, type);
    }

    private static int modelType(ProtobufReader message) {
        int type = UNIGRAM;
        while (message.next()) {
            if (message.field() == 3) {
                type = (int) message.integer();
            } else {
                message.skip();
            }
        }
        return type;
    }

    private static boolean prefix(String origin, ProtobufReader message) {
        boolean prefix = true;
        boolean removesSpaces = true;
        boolean maps = false;
        while (message.next()) {
            switch (message.field()) {
                case 2 -> maps |= message.bytes().hasRemaining();
                case 3 -> prefix = message.integer() != 0;
                case 4 -> removesSpaces = message.integer() != 0;
                default -> message.skip();
            }
        }
        if (maps || removesSpaces) {
            throw new FormatException(origin + ": " + (maps ? "replaces characters" : "removes spaces")
                    + " before it cuts a text, which is not supported; give a GGUF file");
        }
        return prefix;
    }
}
