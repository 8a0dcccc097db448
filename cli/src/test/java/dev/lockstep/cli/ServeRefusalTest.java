package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that cannot be: refused with one sentence before the model is opened. */
class ServeRefusalTest {
    @TempDir
    private Path directory = Path.of("");

    private Path empty = Path.of("");

    @BeforeEach
    void makeAFile() throws IOException {
        empty = Files.writeString(directory.resolve("empty.gguf"), "");
    }

    @Test
    void shouldRefusePlacesWhereItCannotListen() throws IOException {
        refuse("must be 0 to 65535", "--port", "99999");
        refuse("the host is empty", "--host", "");
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            refuse(
                    "cannot listen at 127.0.0.1:" + taken.getLocalPort(),
                    "--port",
                    String.valueOf(taken.getLocalPort()));
        }
    }

    @Test
    void shouldRefuseKeysAndCertificatesThatAreNone() {
        refuse("--tls-cert and --tls-key go together", "--tls-cert", "cert.pem");
        refuse("cannot be used for TLS", "--port", "0", "--tls-cert", empty.toString(), "--tls-key", empty.toString());
        refuse("cannot be used for TLS", "--port", "0", "--tls-cert", "missing.pem", "--tls-key", "missing.pem");
        refuse("has no API key", "--api-key-file", empty.toString());
        refuse("cannot be read", "--api-key-file", "missing.txt");
        refuse("an API key is empty", "--api-key", " ");
    }

    @Test
    void shouldRefuseLimitsThatMakeNoSense() {
        refuse("one text at least", "--parallel", "0");
        refuse("not negative", "--queue", "-1");
        refuse("--kv-memory is -5, must be 0 or more", "--kv-memory", "-5");
        refuse("--kv-spill is -1, must be 0 or more", "--kv-spill", "-1");
        refuse("contradict each other", "--draft", empty.toString(), "--no-speculation");
        refuse("--time-limit must be 1 or more", "--time-limit", "0");
        refuse("must be more than 0", "--max-body", "0");
    }

    private void refuse(String fragment, String... options) {
        List<String> line = new ArrayList<>(List.of("serve", "-m", empty.toString()));
        line.addAll(List.of(options));
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int status = Main.execute(
                new Console(InputStream.nullInputStream(), out, err, Terminals.NONE), line.toArray(String[]::new));
        String said = err.toString(StandardCharsets.UTF_8);
        assertThat(status).as(said).isEqualTo(ExitStatus.REFUSED);
        assertThat(said.lines()).as(said).hasSize(1);
        assertThat(said).startsWith("lockstep: ").contains(fragment);
        assertThat(out.size()).isZero();
    }
}
