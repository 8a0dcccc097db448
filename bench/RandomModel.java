import dev.lockstep.formats.GgufValueType;
import dev.lockstep.formats.GgufWriter;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.synthetic.SyntheticModel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a GGUF file with random weights that any engine loads: a well-known shape, a weight type, and a vocabulary that
 * is valid but says nothing. Run it with what {@code ./lockstep} has built:
 *
 * <pre>java -cp 'build/app/lib/*' bench/RandomModel.java stories-15m Q8_0 15m-q8_0.gguf</pre>
 */
final class RandomModel {
    private static final long SEED = 42;
    private static final int BYTE_TOKENS = 3;

    private RandomModel() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            System.err.println("usage: RandomModel SHAPE TYPE FILE, where SHAPE is one of " + ModelShape.names());
            System.exit(2);
        }
        var shape = ModelShape.named(arguments[0]);
        var types = WeightTypes.named(arguments[1]);
        try (var arena = Arena.ofShared()) {
            var model = SyntheticModel.of(shape, types, SEED, arena);
            var file = new GgufWriter();
            writeMetadata(file, shape);
            writeVocabulary(file, shape.vocabularySize());
            model.tensors().values().forEach(file::tensor);
            file.write(Path.of(arguments[2]));
        }
    }

    private static void writeMetadata(GgufWriter file, ModelShape shape) {
        file.string("general.architecture", "llama")
                .string("general.name", shape.name())
                .integer("llama.context_length", shape.contextLength())
                .integer("llama.embedding_length", shape.embeddingLength())
                .integer("llama.block_count", shape.layers())
                .integer("llama.feed_forward_length", shape.feedForwardLength())
                .integer("llama.attention.head_count", shape.heads())
                .integer("llama.attention.head_count_kv", shape.kvHeads())
                .integer("llama.rope.dimension_count", shape.embeddingLength() / shape.heads())
                .integer("llama.vocab_size", shape.vocabularySize())
                .number("llama.attention.layer_norm_rms_epsilon", shape.normEpsilon())
                .number("llama.rope.freq_base", shape.ropeBase());
        if (shape.experts() > 0) {
            file.integer("llama.expert_count", shape.experts()).integer("llama.expert_used_count", shape.expertsUsed());
        }
    }

    /** The layout of SentencePiece vocabularies: unknown, begin, end, the 256 bytes, then pieces of text. */
    private static void writeVocabulary(GgufWriter file, int size) {
        final int normal = 1;
        final int unknown = 2;
        final int control = 3;
        final int singleByte = 6;

        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        long[] types = new long[size];
        Arrays.fill(types, normal);
        types[0] = unknown;
        types[1] = control;
        types[2] = control;
        for (int value = 0; value < 256; value++) {
            types[BYTE_TOKENS + value] = singleByte;
            tokens.add("<0x%02X>".formatted(value));
        }
        while (tokens.size() < size) {
            tokens.add("t" + tokens.size());
        }
        float[] scores = new float[size];
        for (int token = 0; token < size; token++) {
            scores[token] = -token;
        }
        file.string("tokenizer.ggml.model", "llama")
                .strings("tokenizer.ggml.tokens", tokens)
                .numbers("tokenizer.ggml.scores", scores)
                .integers("tokenizer.ggml.token_type", GgufValueType.INT32, types)
                .integer("tokenizer.ggml.unknown_token_id", 0)
                .integer("tokenizer.ggml.bos_token_id", 1)
                .integer("tokenizer.ggml.eos_token_id", 2);
    }
}
