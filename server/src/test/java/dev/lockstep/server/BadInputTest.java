package dev.lockstep.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the table in {@code docs/api.md}: what the page promises is what a client gets. */
@TestInstance(Lifecycle.PER_CLASS)
class BadInputTest {
    private static final Path PAGE = Path.of(System.getProperty("lockstep.root", ".."), "docs", "api.md");
    private static final Pattern ROW =
            Pattern.compile("\\| `(GET|POST) (\\S+)`(?: `(.*)`)? \\| (\\d+) \\| (\\S*) ?\\| (.*) \\|");

    private TestServer server;

    /** @param body empty for none */
    record Row(String method, String path, String body, int status, String code, String message) {
        static Row parse(String line) {
            Matcher row = ROW.matcher(line);
            assertThat(row.matches()).as(line).isTrue();
            return new Row(
                    row.group(1),
                    row.group(2),
                    row.group(3) == null ? "" : row.group(3),
                    Integer.parseInt(row.group(4)),
                    row.group(5),
                    row.group(6));
        }

        @Override
        public String toString() {
            return method + " " + path + " " + body;
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) {
        server = TestServer.start(directory);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    static Stream<Row> rows() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        return lines.subList(lines.indexOf("<!-- table: open -->"), lines.indexOf("<!-- table: end -->")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(Row::parse);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void shouldGetWhatThePageSays(Row row) {
        var request = server.request(row.path);
        var reply = server.send(
                row.method.equals("GET") ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(row.body)));
        assertThat(reply.status()).as(reply.body()).isEqualTo(row.status);
        var error = reply.json().path("error");
        String message =
                row.code.isEmpty() ? error.asString() : error.path("message").asString();
        assertThat(message).matches(Pattern.quote(row.message).replace("…", "\\E.+\\Q"));
        if (!row.code.isEmpty()) {
            assertThat(error.path("code").asString()).isEqualTo(row.code);
            assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
        }
    }

    @Test
    void shouldHaveReadTheTable() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(50);
    }

    @Test
    void shouldPassOverFieldsThatNobodyKnows() {
        var reply = server.post(
                "/v1/chat/completions",
                "{\"messages\": [{\"role\": \"user\", \"content\": \"hello\", \"mood\": 3}], \"max_tokens\": 1, \"user\": \"me\","
                        + " \"metadata\": {\"a\": \"b\"}, \"service_tier\": \"auto\", \"no_such_field\": [1, {}], \"store\": false}");
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    }
}
