package dev.lockstep.cli.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.demo.DemoModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullerTest {
    private static final String REPOSITORY = "hf:owner/repo";

    @TempDir
    private Path temporary = Path.of("");

    private @Nullable FakeHub server;
    private ModelDirectory directory = new ModelDirectory(temporary);
    private byte[] model = {};
    private Map<String, String> environment = Map.of();

    @BeforeEach
    void start() throws IOException {
        model = Files.readAllBytes(DemoModel.install(temporary.resolve("demo")));
        directory = new ModelDirectory(temporary.resolve("models"));
        server = new FakeHub();
        server.put("Tiny-Q8_0.gguf", model, sha256(model));
        server.put("Tiny-Q4_K_M.gguf", model, sha256(model));
        server.put("mmproj-Tiny-f16.gguf", model, sha256(model));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void shouldTakeTheUsualTypeAndFindItByItsNames() {
        var pulled = puller(Optional.empty()).pull(HubName.parse(REPOSITORY));
        assertThat(pulled.name()).isEqualTo("Tiny-Q4_K_M");
        assertThat(pulled.file()).hasBinaryContent(model);
        assertThat(directory.find("tiny-q4")).contains(pulled);
        assertThat(directory.find(HubName.parse(REPOSITORY))).contains(pulled);
        assertThat(directory.find(HubName.parse(REPOSITORY + ":Q8_0"))).isEmpty();
        assertThat(directory.models()).containsExactly(pulled);
    }

    @Test
    void shouldTakeTheTypeThatIsNamedAndOnlyOnce() {
        puller(Optional.empty()).pull(HubName.parse(REPOSITORY + ":q8_0"));
        var again = puller(Optional.empty()).pull(HubName.parse(REPOSITORY + ":q8_0"));
        assertThat(again.name()).isEqualTo("Tiny-Q8_0");
        assertThat(server.requests()).containsExactly("Tiny-Q8_0.gguf from 0");
    }

    @Test
    void shouldBringADirectoryWhereThereAreNoFilesOfGguf() throws IOException {
        var source = Path.of("../engine/src/test/resources/directories/qwen3");
        server.remove(name -> name.endsWith(".gguf"));
        try (var files = Files.list(source)) {
            for (var file : files.toList()) {
                server.put(file.getFileName().toString(), Files.readAllBytes(file), "");
            }
        }
        server.put("pytorch_model.bin", new byte[10], "");
        server.put("onnx/model.safetensors", new byte[10], "");
        assertThatThrownBy(() -> puller(Optional.empty()).pull(HubName.parse(REPOSITORY + ":Q4_0")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("leave the type away");

        var pulled = puller(Optional.empty()).pull(HubName.parse(REPOSITORY));

        assertThat(pulled.name()).isEqualTo("repo");
        assertThat(pulled.file()).isEqualTo(directory.of(HubName.parse(REPOSITORY)));
        assertThat(directory.find("repo")).contains(pulled);
        assertThat(directory.find(HubName.parse(REPOSITORY))).contains(pulled);
        assertThat(server.requests())
                .doesNotContain("pytorch_model.bin from 0")
                .last()
                .isEqualTo("config.json from 0");
        Files.delete(pulled.file().resolve("config.json"));
        assertThat(directory.models()).as("of a download that is not complete").isEmpty();
    }

    @Test
    void shouldGoOnWhereAConnectionBroke() {
        server.breakAfter(model.length / 3);
        var pulled = puller(Optional.empty()).pull(HubName.parse(REPOSITORY));
        assertThat(pulled.file()).hasBinaryContent(model);
        assertThat(server.requests()).hasSizeGreaterThanOrEqualTo(3).doesNotHaveDuplicates();
        assertThat(directory.of(HubName.parse(REPOSITORY)))
                .isDirectoryNotContaining(file -> file.toString().contains(".part"));
    }

    @Test
    void shouldContinueAtTheNextCallUnlessTheFileHasChanged() throws IOException {
        var source = new RemoteFile(
                URI.create(server.endpoint() + "/storage/Tiny-Q8_0.gguf"), Optional.empty(), Optional.empty());
        var file = directory.path().resolve("model.gguf");
        server.breakAfter(0);
        assertThatThrownBy(() -> download().fetch(source, file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("try again later");
        var partial = new PartialFile(file);
        partial.restart(Optional.of("\"1\""));
        try (var output = partial.append()) {
            output.write(model, 0, 1000);
        }
        server.breakAfter(2000);
        server.change("\"2\"");
        assertThatThrownBy(() -> {
                    server.breakAfter(0);
                    download().fetch(source, file);
                })
                .isInstanceOf(ModelException.class);
        server.breakAfter(Integer.MAX_VALUE);
        assertThat(download().fetch(source, file)).isEqualTo(sha256(model));
        assertThat(file).hasBinaryContent(model);
        assertThat(server.requests()).doesNotContain("Tiny-Q8_0.gguf from 1000");
    }

    @Test
    void shouldKeepNothingWithAWrongChecksum() {
        server.put("Tiny-Q4_K_M.gguf", model, "0".repeat(64));
        assertThatThrownBy(() -> puller(Optional.empty()).pull(HubName.parse(REPOSITORY)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("SHA-256", "download it again");
        assertThat(directory.models()).isEmpty();
    }

    @Test
    void shouldKeepNothingThatIsNoModel() {
        server.put("page.gguf", "<html>sorry</html>".getBytes(java.nio.charset.StandardCharsets.US_ASCII), "");
        var address = URI.create(server.endpoint() + "/storage/page.gguf");
        assertThatThrownBy(() -> puller(Optional.empty()).pull(address, Optional.empty()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is no model and was deleted");
        assertThat(directory.models()).isEmpty();
    }

    @Test
    void shouldNotShowTheTokenToOtherHosts() {
        puller(Optional.of("secret")).pull(HubName.parse(REPOSITORY));
        assertThat(server.tokensAtStorage()).isEmpty();
    }

    @Test
    void shouldSayWhatThereIsInsteadAndWhatToDoWithoutANetwork() {
        assertThatThrownBy(() -> puller(Optional.empty()).pull(HubName.parse(REPOSITORY + ":Q2_K")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("Tiny-Q8_0, Tiny-Q4_K_M");
        assertThatThrownBy(() -> puller(Optional.empty()).pull(HubName.parse("hf:owner/other")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("check the name");
        server.close();
        assertThatThrownBy(() -> puller(Optional.empty()).pull(HubName.parse(REPOSITORY)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("cannot be reached", "check the network");
        assertThatThrownBy(() -> HubName.parse("hf:../repo")).isInstanceOf(ModelException.class);
    }

    @Test
    void shouldGoThroughTheProxyThatTheEnvironmentNames() {
        // The server also answers as a proxy that knows hub.invalid.
        environment = Map.of("http_proxy", server.endpoint(), "no_proxy", "localhost");
        var web = new Web(environment);
        var hub = new Hub("http://hub.invalid", Optional.empty(), web);
        var pulled = new Puller(directory, hub, download()).pull(HubName.parse(REPOSITORY));
        assertThat(pulled.file()).hasBinaryContent(model);
    }

    @Test
    void shouldNameTheProxyThatDoesNotAnswer() {
        environment = Map.of("HTTP_PROXY", "127.0.0.1:9", "NO_PROXY", ".example.org");
        assertThatThrownBy(() -> puller(Optional.empty()).pull(HubName.parse(REPOSITORY)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("127.0.0.1 cannot be reached through the proxy 127.0.0.1:9");
    }

    private Download download() {
        return new Download(new Web(environment), (_, _, _) -> {}, Duration.ofMillis(1));
    }

    private Puller puller(Optional<String> token) {
        return new Puller(directory, new Hub(server.endpoint(), token, new Web(environment)), download());
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
