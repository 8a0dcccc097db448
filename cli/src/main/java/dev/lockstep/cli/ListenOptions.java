package dev.lockstep.cli;

import dev.lockstep.server.ServerOptions;
import dev.lockstep.server.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server listens, to whom, and for how long. */
final class ListenOptions {
    private static final ServerOptions DEFAULT = ServerOptions.DEFAULT;

    @Option(names = "--host", paramLabel = "HOST", description = "Address to listen at; default 127.0.0.1.")
    private String host = DEFAULT.host();

    @Option(names = "--port", paramLabel = "PORT", description = "Default 8080; 0 takes any that is free.")
    private int port = DEFAULT.port();

    @Option(names = "--api-key", paramLabel = "KEY", description = "Let in only who has this key; repeatable.")
    private Set<String> apiKeys = new LinkedHashSet<>();

    @Option(names = "--api-key-file", paramLabel = "FILE", description = "File with a key on each line.")
    private @Nullable Path apiKeyFile;

    @Option(names = "--cors-origin", paramLabel = "URL", description = "Web page that may use it; '*' all; repeatable.")
    private Set<String> corsOrigins = new LinkedHashSet<>();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Serve HTTPS with this certificate (PEM).")
    private @Nullable Path tlsCertificate;

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key (PEM, PKCS#8).")
    private @Nullable Path tlsKey;

    @Option(names = "--max-body", paramLabel = "BYTES", description = "Largest request; default 16777216.")
    private int maxBody = DEFAULT.maxBodyBytes();

    @Option(names = "--time-limit", paramLabel = "S", description = "Longest answer, in seconds; default 3600.")
    private long timeLimit = DEFAULT.requestTime().toSeconds();

    @Option(names = "--grace", paramLabel = "S", description = "Seconds for running answers at the end; default 10.")
    private long grace = DEFAULT.shutdownTime().toSeconds();

    ServerOptions options() {
        if ((tlsCertificate == null) != (tlsKey == null)) {
            throw new UsageException("--tls-cert and --tls-key go together; give both or none");
        }
        if (timeLimit < 1 || grace < 0) {
            throw new UsageException("--time-limit must be 1 or more, --grace 0 or more");
        }
        if (apiKeyFile != null) {
            apiKeys.addAll(keys(apiKeyFile));
        }
        var options = UsageException.refusing(() -> DEFAULT.withHost(host)
                .withPort(port)
                .withApiKeys(apiKeys)
                .withCorsOrigins(corsOrigins)
                .withMaxBodyBytes(maxBody)
                .withRequestTime(Duration.ofSeconds(timeLimit))
                .withShutdownTime(Duration.ofSeconds(grace)));
        return tlsCertificate == null || tlsKey == null
                ? options
                : options.withTls(new TlsFiles(tlsCertificate, tlsKey));
    }

    private static Set<String> keys(Path file) {
        try {
            var keys = new LinkedHashSet<>(Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(key -> !key.isEmpty())
                    .toList());
            if (keys.isEmpty()) {
                throw new UsageException(file + ": has no API key; write one on each line");
            }
            return keys;
        } catch (IOException failure) {
            throw new UsageException(
                    file + ": cannot be read (" + failure.getClass().getSimpleName() + "); check the path", failure);
        }
    }
}
