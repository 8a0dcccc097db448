package dev.lockstep.server;

import dev.lockstep.formats.GgufValueType;
import dev.lockstep.formats.GgufWriter;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A llama model with random weights that says words at random, with a chat template: small enough to be made by every test. */
final class WordModel {
    static final int CONTEXT = 512;

    private static final int EMBEDDING = 32;
    private static final int FEED_FORWARD = 64;
    private static final int KV_WIDTH = 16;
    private static final int LAYERS = 2;
    private static final List<String> WORDS = List.of(
            "the",
            "a",
            "cat",
            "dog",
            "sat",
            "ran",
            "on",
            "under",
            "mat",
            "tree",
            "and",
            "then",
            "it",
            "saw",
            "bird",
            "blue",
            "red",
            "sky",
            "said",
            "hello",
            "to",
            "of",
            "in",
            "was",
            "very",
            "happy",
            "\u00e9t\u00e9",
            "\u732b");
    private static final int BYTES_END = 3 + 256;
    private static final String TEMPLATE =
            "{% for message in messages %}[{{ message.role }}] {{ message.content }}\n{% endfor %}[assistant]";

    private final List<String> vocabulary = new ArrayList<>();
    private final GgufWriter writer = new GgufWriter();
    private long seed;

    private WordModel() {
        vocabulary.addAll(List.of("<unk>", "<s>", "</s>"));
        IntStream.range(0, 256).forEach(b -> vocabulary.add(String.format(Locale.ROOT, "<0x%02X>", b)));
        WORDS.forEach(word -> vocabulary.add("\u2581" + word));
        vocabulary.add("\u2581");
    }

    static Path write(Path directory) {
        try {
            Path file = directory.resolve("words.gguf");
            var model = new WordModel();
            model.metadata();
            model.tensors();
            model.writer.write(file);
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void metadata() {
        writer.string("general.architecture", "llama")
                .string("general.name", "words")
                .integer("llama.context_length", CONTEXT)
                .integer("llama.embedding_length", EMBEDDING)
                .integer("llama.block_count", LAYERS)
                .integer("llama.feed_forward_length", FEED_FORWARD)
                .integer("llama.attention.head_count", 4)
                .integer("llama.attention.head_count_kv", 2)
                .number("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .string("tokenizer.ggml.model", "llama")
                .integer("tokenizer.ggml.bos_token_id", 1)
                .integer("tokenizer.ggml.eos_token_id", 2)
                .strings("tokenizer.ggml.tokens", vocabulary)
                .numbers("tokenizer.ggml.scores", new float[vocabulary.size()])
                .integers("tokenizer.ggml.token_type", GgufValueType.INT32, types())
                .string("tokenizer.chat_template", TEMPLATE);
    }

    /** Of tokens: 1 normal, 2 unknown, 3 control, 6 byte. */
    private long[] types() {
        return IntStream.range(0, vocabulary.size())
                .mapToLong(token -> token == 0 ? 2 : token < 3 ? 3 : token < BYTES_END ? 6 : 1)
                .toArray();
    }

    private void tensors() {
        matrix("token_embd.weight", EMBEDDING, vocabulary.size(), 1);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk." + layer + ".";
            ones(block + "attn_norm.weight");
            matrix(block + "attn_q.weight", EMBEDDING, EMBEDDING, 0.3f);
            matrix(block + "attn_k.weight", EMBEDDING, KV_WIDTH, 0.3f);
            matrix(block + "attn_v.weight", EMBEDDING, KV_WIDTH, 0.3f);
            matrix(block + "attn_output.weight", EMBEDDING, EMBEDDING, 0.3f);
            ones(block + "ffn_norm.weight");
            matrix(block + "ffn_gate.weight", EMBEDDING, FEED_FORWARD, 0.3f);
            matrix(block + "ffn_up.weight", EMBEDDING, FEED_FORWARD, 0.3f);
            matrix(block + "ffn_down.weight", FEED_FORWARD, EMBEDDING, 0.3f);
        }
        ones("output_norm.weight");
        Tensor output = tensor("output.weight", EMBEDDING, vocabulary.size());
        SyntheticWeights.fill(TensorType.F32, output.data(), ++seed, 0.5f);
        // Control tokens and single bytes have no say, so that texts are words and do not end by themselves.
        output.data().asSlice(0, output.rowBytes() * BYTES_END).fill((byte) 0);
        writer.tensor(output);
    }

    private void matrix(String name, int columns, int rows, float deviation) {
        Tensor tensor = tensor(name, columns, rows);
        SyntheticWeights.fill(TensorType.F32, tensor.data(), ++seed, deviation);
        writer.tensor(tensor);
    }

    private void ones(String name) {
        float[] values = new float[EMBEDDING];
        Arrays.fill(values, 1);
        Tensor tensor = tensor(name, EMBEDDING, 1);
        tensor.data().copyFrom(MemorySegment.ofArray(values));
        writer.tensor(tensor);
    }

    private static Tensor tensor(String name, int columns, int rows) {
        return new Tensor(
                name, TensorType.F32, columns, rows, 1, MemorySegment.ofArray(new byte[columns * rows * Float.BYTES]));
    }
}
