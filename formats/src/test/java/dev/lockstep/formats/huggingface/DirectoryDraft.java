package dev.lockstep.formats.huggingface;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A directory with a llama model of one layer, to be spoilt by tests. */
final class DirectoryDraft {
    static final String CONFIG = """
            {"model_type": "llama", "hidden_size": 4, "intermediate_size": 6, "num_hidden_layers": 1, "num_attention_heads": 2,
             "num_key_value_heads": 1, "max_position_embeddings": 16, "rms_norm_eps": 1e-5, "hidden_act": "silu"}""";

    private final Map<String, String> claims = new LinkedHashMap<>();
    private final Map<String, String> files = new LinkedHashMap<>();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    DirectoryDraft() {
        files.put("config.json", CONFIG);
        tensor("model.embed_tokens.weight", 8, 4);
        tensor("lm_head.weight", 8, 4);
        tensor("model.norm.weight", 4);
        tensor("model.layers.0.input_layernorm.weight", 4);
        tensor("model.layers.0.post_attention_layernorm.weight", 4);
        tensor("model.layers.0.self_attn.q_proj.weight", 4, 4);
        tensor("model.layers.0.self_attn.k_proj.weight", 2, 4);
        tensor("model.layers.0.self_attn.v_proj.weight", 2, 4);
        tensor("model.layers.0.self_attn.o_proj.weight", 4, 4);
        tensor("model.layers.0.mlp.gate_proj.weight", 6, 4);
        tensor("model.layers.0.mlp.up_proj.weight", 6, 4);
        tensor("model.layers.0.mlp.down_proj.weight", 4, 6);
    }

    /** Adds a tensor of BF16 ones, or replaces it. */
    DirectoryDraft tensor(String name, int... shape) {
        int begin = data.size();
        int elements = 1;
        for (int size : shape) {
            elements *= size;
        }
        for (int i = 0; i < elements; i++) {
            data.write(0x80);
            data.write(0x3f);
        }
        String sizes =
                java.util.Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(","));
        return claim(
                name,
                "{\"dtype\":\"BF16\",\"shape\":[%s],\"data_offsets\":[%d,%d]}".formatted(sizes, begin, data.size()));
    }

    /** Puts something into the header as it is. */
    DirectoryDraft claim(String name, String json) {
        claims.put(name, json);
        return this;
    }

    DirectoryDraft without(String name) {
        claims.remove(name);
        return this;
    }

    DirectoryDraft file(String name, String content) {
        files.put(name, content);
        return this;
    }

    /** Sets a field of the config, in JSON. */
    DirectoryDraft config(String field, String json) {
        return file(
                "config.json",
                files.get("config.json").replaceFirst("\\}\\s*$", "").concat(", \"%s\": %s}".formatted(field, json)));
    }

    Path write(Path folder) throws IOException {
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }
        Files.write(folder.resolve("model.safetensors"), safetensors());
        return folder;
    }

    byte[] safetensors() {
        byte[] header = claims.entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .collect(Collectors.joining(",", "{\"__metadata__\":{\"format\":\"pt\"},", "}"))
                .getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Long.BYTES + header.length + data.size())
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .put(header)
                .put(data.toByteArray())
                .array();
    }
}
