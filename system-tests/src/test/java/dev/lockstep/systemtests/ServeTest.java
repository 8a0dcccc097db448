package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** {@code lockstep serve} as a process, asked by curl. */
class ServeTest {
    private static final String ENDLESS =
            "{\"prompt\": \"abc\", \"max_tokens\": -1, \"ignore_eos\": true, \"temperature\": 0, \"stream\": true}";

    @TempDir
    private static Path directory = Path.of("");

    private static String model = "";

    @BeforeAll
    static void writeModel() {
        model = TinyModel.write(directory).toString();
    }

    @Test
    void shouldAnswerAndLogAndEndWhenAsked() throws Exception {
        try (var server = ServerProcess.start(model)) {
            assertThat(server.get("/health").body()).isEqualTo("{\"status\":\"ok\"}");
            var answer =
                    server.post("/v1/completions", "{\"prompt\": \"abc\", \"max_tokens\": 5, \"ignore_eos\": true}");
            assertThat(answer.statusCode()).isEqualTo(200);
            String id = answer.headers().firstValue("x-request-id").orElseThrow();
            server.log().stream()
                    .filter(entry -> entry.path("id").asString("").equals(id))
                    .findFirst()
                    .ifPresent(entry -> assertThat(entry.path("status").asInt()).isEqualTo(200));
            assertThat(server.get("/metrics").body())
                    .contains("lockstep_answers_total{end=\"completed\"} 1\n")
                    .contains("gen_ai_server_time_to_first_token_seconds_count");
            assertThat(server.terminate()).as("128 + SIGTERM").isEqualTo(143);
            assertThat(server.log().getLast().path("event").asString()).isEqualTo("closed");
        }
    }

    @Test
    void shouldGiveReceiptsThatVerifyReplays(@TempDir Path receipts) throws Exception {
        String body = "{\"prompt\": \"abc\", \"max_tokens\": 12, \"seed\": 3, \"mirostat\": 2, \"receipt\": true}";
        String receipt;
        try (var server = ServerProcess.start(model)) {
            receipt = JsonMapper.shared()
                    .readTree(server.post("/v1/completions", body).body())
                    .path("receipt")
                    .toString();
        }
        Path file = Files.writeString(receipts.resolve("receipt.json"), receipt);
        var same = LockstepCommand.run("verify", "-m", model, file.toString());
        assertThat(same.out()).as(same.err()).isEqualToIgnoringNewLines("identical");
        assertThat(same.status()).isZero();
        Files.writeString(file, receipt.replace("\\\"max_tokens\\\":12", "\\\"max_tokens\\\":11"));
        var changed = LockstepCommand.run("verify", "-m", model, file.toString());
        assertThat(changed.out()).startsWith("DIFFERENT: ");
        assertThat(changed.status()).isEqualTo(1);
    }

    @Test
    void shouldStreamToCurlAndCutTheStreamWhenTheServerCloses() throws Exception {
        assumeThat(Path.of("/usr/bin/curl")).as("curl is not installed").exists();
        try (var server = ServerProcess.start(model, "--grace", "0")) {
            var curl = new ProcessBuilder("curl", "-sN", server.url() + "/v1/completions", "-d", ENDLESS)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            List<String> lines = new ArrayList<>();
            try (var output = curl.inputReader(StandardCharsets.UTF_8)) {
                lines.add(output.readLine());
                server.terminate();
                output.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
            }
            assertThat(lines).allMatch(line -> line.startsWith("data: "));
            assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
            // A short text may be complete before the server hears the signal.
            if (!lines.getLast().equals("data: [DONE]")) {
                var last = JsonMapper.shared().readTree(lines.getLast().substring("data: ".length()));
                assertThat(last.at("/error/code").asString()).isEqualTo("shutting_down");
            }
        }
    }

    @Test
    void shouldServeOverTls() throws Exception {
        assumeThat(Path.of("/usr/bin/openssl")).as("openssl is not installed").exists();
        assumeThat(Path.of("/usr/bin/curl")).as("curl is not installed").exists();
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        execute(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-days",
                "2",
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=IP:127.0.0.1",
                "-keyout",
                key.toString(),
                "-out",
                certificate.toString());
        try (var server =
                ServerProcess.start(model, "--tls-cert", certificate.toString(), "--tls-key", key.toString())) {
            assertThat(server.url()).startsWith("https://");
            assertThat(execute("curl", "-s", "--cacert", certificate.toString(), server.url() + "/health"))
                    .isEqualTo("{\"status\":\"ok\"}");
            assertThat(execute(
                            "curl",
                            "-sN",
                            "--cacert",
                            certificate.toString(),
                            server.url() + "/v1/completions",
                            "-d",
                            "{\"prompt\": \"a\", \"max_tokens\": 3, \"ignore_eos\": true, \"stream\": true}"))
                    .endsWith("data: [DONE]\n\n");
        }
    }

    private static String execute(String... command) throws Exception {
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output;
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            output = reader.readAllAsString();
        }
        assertThat(process.waitFor())
                .as(String.join(" ", command) + ": " + output)
                .isZero();
        return output;
    }
}
