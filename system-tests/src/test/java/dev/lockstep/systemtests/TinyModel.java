package dev.lockstep.systemtests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Writes a llama model with random weights and a vocabulary of bytes and the space, so that the command can be tested where no model is.
 * Source of the format: the GGUF specification, {@code docs/gguf.md} of ggml-org/ggml.
 */
final class TinyModel {
    static final int VOCABULARY = 3 + 256 + 1;

    private static final int ALIGNMENT = 32;
    private static final int EMBEDDING = 32;
    private static final int FEED_FORWARD = 64;
    private static final int KV_WIDTH = 16;

    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private record Tensor(String name, int columns, int rows) {}

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private TinyModel() {}

    static Path write(Path directory) {
        try {
            return Files.write(directory.resolve("tiny.gguf"), new TinyModel().build());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private byte[] build() {
        var tensors = tensors();
        bytes.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
        int32(3);
        int64(tensors.size());
        int64(15);
        metadata();
        long offset = 0;
        for (Tensor tensor : tensors) {
            string(tensor.name);
            int32(tensor.rows == 1 ? 1 : 2);
            int64(tensor.columns);
            if (tensor.rows > 1) {
                int64(tensor.rows);
            }
            int32(0);
            int64(offset);
            offset += (long) tensor.columns * tensor.rows * Float.BYTES;
        }
        while (bytes.size() % ALIGNMENT != 0) {
            bytes.write(0);
        }
        var random = new SplittableRandom(1);
        for (Tensor tensor : tensors) {
            for (int i = 0; i < tensor.columns * tensor.rows; i++) {
                float value = tensor.name.contains("norm") ? 1 : (float) random.nextDouble(-0.5, 0.5);
                int32(Float.floatToRawIntBits(value));
            }
        }
        return bytes.toByteArray();
    }

    private void metadata() {
        text("general.architecture", "llama");
        text("general.name", "tiny");
        number("llama.context_length", 512);
        number("llama.embedding_length", EMBEDDING);
        number("llama.block_count", 2);
        number("llama.feed_forward_length", FEED_FORWARD);
        number("llama.attention.head_count", 4);
        number("llama.attention.head_count_kv", 2);
        key("llama.attention.layer_norm_rms_epsilon", FLOAT32);
        int32(Float.floatToRawIntBits(1e-5f));
        text("tokenizer.ggml.model", "llama");
        number("tokenizer.ggml.bos_token_id", 1);
        number("tokenizer.ggml.eos_token_id", 2);
        array("tokenizer.ggml.tokens", STRING);
        List.of("<unk>", "<s>", "</s>").forEach(this::string);
        for (int b = 0; b < 256; b++) {
            string(String.format(Locale.ROOT, "<0x%02X>", b));
        }
        string("\u2581");
        array("tokenizer.ggml.scores", FLOAT32);
        for (int i = 0; i < VOCABULARY; i++) {
            int32(0);
        }
        array("tokenizer.ggml.token_type", INT32);
        List.of(2, 3, 3).forEach(this::int32);
        for (int b = 0; b < 256; b++) {
            int32(6);
        }
        int32(1);
    }

    private static List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        tensors.add(new Tensor("token_embd.weight", EMBEDDING, VOCABULARY));
        for (int layer = 0; layer < 2; layer++) {
            var block = "blk." + layer + ".";
            tensors.add(new Tensor(block + "attn_norm.weight", EMBEDDING, 1));
            tensors.add(new Tensor(block + "attn_q.weight", EMBEDDING, EMBEDDING));
            tensors.add(new Tensor(block + "attn_k.weight", EMBEDDING, KV_WIDTH));
            tensors.add(new Tensor(block + "attn_v.weight", EMBEDDING, KV_WIDTH));
            tensors.add(new Tensor(block + "attn_output.weight", EMBEDDING, EMBEDDING));
            tensors.add(new Tensor(block + "ffn_norm.weight", EMBEDDING, 1));
            tensors.add(new Tensor(block + "ffn_gate.weight", EMBEDDING, FEED_FORWARD));
            tensors.add(new Tensor(block + "ffn_up.weight", EMBEDDING, FEED_FORWARD));
            tensors.add(new Tensor(block + "ffn_down.weight", FEED_FORWARD, EMBEDDING));
        }
        tensors.add(new Tensor("output_norm.weight", EMBEDDING, 1));
        tensors.add(new Tensor("output.weight", EMBEDDING, VOCABULARY));
        return tensors;
    }

    private void text(String key, String value) {
        key(key, STRING);
        string(value);
    }

    private void number(String key, int value) {
        key(key, UINT32);
        int32(value);
    }

    private void array(String key, int type) {
        key(key, ARRAY);
        int32(type);
        int64(VOCABULARY);
    }

    private void key(String key, int type) {
        string(key);
        int32(type);
    }

    private void string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int64(utf8.length);
        bytes.writeBytes(utf8);
    }

    private void int32(int value) {
        bytes.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private void int64(long value) {
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
    }
}
