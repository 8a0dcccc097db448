package dev.lockstep.formats.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.formats.FormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Directories and files that must be refused in a sentence with the place and a remedy. */
class SafetensorsRejectedTest {
    private static final long SEED = 20;

    @TempDir
    private Path folder;

    @Test
    void shouldOpenTheDraftItself() throws IOException {
        try (var model = SafetensorsDirectory.open(new DirectoryDraft().write(folder))) {
            assertThat(model.tensors()).hasSize(12);
            assertThat(model.metadata().string("llama.rope.pairing")).contains("halves");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"dtype":"BF16","shape":[4],"data_offsets":[0,9]}                      | are not [4] elements
            {"dtype":"BF16","shape":[4],"data_offsets":[8,0]}                      | claims data at [8,0]
            {"dtype":"BF16","shape":[4],"data_offsets":[0]}                        | claims data at [0]
            {"dtype":"BF16","shape":[4],"data_offsets":[-8,0]}                     | data_offsets holds -8
            {"dtype":"BF16","shape":[4],"data_offsets":[9000000000,9000000008]}    | of the
            {"dtype":"BF16","shape":[4.5],"data_offsets":[0,8]}                    | shape holds 4.5
            {"dtype":"BF16","shape":4,"data_offsets":[0,8]}                        | has no shape
            {"dtype":"BF16","shape":[4294967296,4294967296],"data_offsets":[0,8]}  | more than 2^63 bytes
            {"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}                   | has the type "F8_E4M3"
            {"dtype":"BF16","shape":[4],"data_offsets":[0,8]}                      | shares bytes with tensor
            {"dtype":"BF16","shape":[1,1,1,1,1,1,1,1,4],"data_offsets":[0,8]}      | has 9 dimensions
            7                                                                      | has no shape
            """)
    void shouldRefuseTheClaim(String claim, String problem) {
        refuse(new DirectoryDraft().claim("model.norm.weight", claim), problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            model_type              | "mamba"   | model_type: is "mamba"
            model_type              | null      | model_type: is missing
            model_type              | 7         | model_type: is not a string
            hidden_act              | "relu"    | hidden_act: is "relu"
            num_attention_heads     | 0         | num_attention_heads: is 0
            num_hidden_layers       | "one"     | num_hidden_layers: is not an integer
            rope_scaling            | {"rope_type": "dynamic", "factor": 2} | rope_type: is "dynamic"
            rope_scaling            | {"rope_type": "llama3", "factor": 2}  | low_freq_factor: is missing
            rope_scaling            | {"type": "linear"}                    | factor: is missing
            """)
    void shouldRefuseTheConfig(String field, String value, String problem) {
        refuse(new DirectoryDraft().config(field, value), problem);
    }

    @Test
    void shouldRefuseWhatIsMissingOrTooMuch() {
        refuse(new DirectoryDraft().without("model.embed_tokens.weight"), "holds no token embedding");
        refuse(
                new DirectoryDraft().tensor("model.layers.0.self_attn.gate.weight", 4, 4),
                "is not known in llama models");
        refuse(new DirectoryDraft().file("config.json", "{"), "is not JSON");
        refuse(new DirectoryDraft().file("config.json", "[".repeat(100_000)), "is not JSON");
        refuse(new DirectoryDraft().file("config.json", "[]"), "is not a JSON object");
        refuse(
                new DirectoryDraft()
                        .file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../x.safetensors\"}}"),
                "names \"../x.safetensors\"");
        refuse(
                new DirectoryDraft()
                        .file("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"b.safetensors\"}}"),
                "there is no such file");
        refuse(
                new DirectoryDraft().file("tokenizer.json", "{\"model\": {\"type\": \"WordLevel\", \"vocab\": {}}}"),
                "only BPE and Unigram are supported");
        refuse(
                new DirectoryDraft().file("tokenizer.json", "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 99}}}"),
                "gives the token \"a\" the number 99");
        refuse(
                new DirectoryDraft()
                        .file(
                                "tokenizer.json",
                                "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 1}}, \"pre_tokenizer\": {\"type\": \"Split\","
                                        + " \"pattern\": {\"Regex\": \"(a+)+$\"}}}"),
                "cuts text in a way that is not known");
    }

    @Test
    void shouldRefuseExpertsThatAreMissing() {
        var draft = new DirectoryDraft();
        for (String part : new String[] {"gate_proj", "up_proj", "down_proj"}) {
            draft.without("model.layers.0.mlp." + part + ".weight")
                    .tensor("model.layers.0.mlp.experts.0." + part + ".weight", 4, 4)
                    .tensor("model.layers.0.mlp.experts.2." + part + ".weight", 4, 4);
        }
        refuse(draft, "the matrices of 1 experts are missing");
    }

    @Test
    void shouldRefuseADirectoryThatIsNoModel() throws IOException {
        assertThatThrownBy(() -> SafetensorsDirectory.open(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("is a directory without config.json");
        Files.writeString(folder.resolve("config.json"), DirectoryDraft.CONFIG);
        assertThatThrownBy(() -> SafetensorsDirectory.open(folder))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("holds neither model.safetensors");
    }

    @Test
    void shouldRefuseOrReadWhateverBytesAreChanged() {
        byte[] good = new DirectoryDraft().safetensors();
        Random random = new Random(SEED);
        for (int round = 0; round < 3000; round++) {
            byte[] bad = good.clone();
            for (int change = 0; change <= random.nextInt(4); change++) {
                bad[random.nextInt(Math.min(bad.length, 1400))] = (byte) random.nextInt();
            }
            int length = random.nextInt(8) == 0 ? random.nextInt(bad.length) : bad.length;
            MemorySegment bytes = MemorySegment.ofArray(ByteBuffer.wrap(bad)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .slice(0, length)
                    .array());
            try {
                SafetensorsFile.read("changed", bytes.asSlice(0, length));
            } catch (FormatException refused) {
                assertThat(refused).as("seed %d, round %d", SEED, round).hasMessageStartingWith("changed: ");
            }
        }
    }

    private void refuse(DirectoryDraft draft, String problem) {
        assertThatThrownBy(() -> SafetensorsDirectory.open(draft.write(folder)).close())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("; ")
                .hasMessageNotContaining("\n");
        try (var left = Files.list(folder)) {
            for (Path file : left.toList()) {
                Files.delete(file);
            }
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
