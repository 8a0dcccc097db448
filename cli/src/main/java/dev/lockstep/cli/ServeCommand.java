package dev.lockstep.cli;

import dev.lockstep.engine.service.ServiceOptions;
import dev.lockstep.server.LockstepServer;
import dev.lockstep.server.ServedName;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = "Serves a model: the APIs of OpenAI and Ollama, and a page.",
        customSynopsis = "lockstep serve [OPTIONS] -m MODEL",
        footer = {
            "",
            "Open the address in a browser; clients of OpenAI take http://HOST:PORT/v1.",
            "Ctrl-C lets running answers end. See docs/server.md and docs/api.md.",
            "Examples:",
            "  lockstep serve -m model.gguf",
            "  lockstep serve -m demo --host 0.0.0.0 --api-key \"$KEY\""
        })
final class ServeCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private ModelOptions model = new ModelOptions();

    @Mixin
    private ListenOptions listen = new ListenOptions();

    @Option(names = "--name", paramLabel = "NAME", description = "What clients call the model; default: its file.")
    private @Nullable String name;

    @Option(names = "--alias", paramLabel = "NAME", description = "Another name; '*' allows any; repeatable.")
    private Set<String> aliases = new LinkedHashSet<>();

    @Option(names = "--parallel", paramLabel = "N", description = "Most texts computed at a time; default 16.")
    private int maxRunning = ServiceOptions.DEFAULT.maxRunning();

    @Option(names = "--queue", paramLabel = "N", description = "Most requests that wait; default 256.")
    private int maxWaiting = ServiceOptions.DEFAULT.maxWaiting();

    @Option(
            names = "--kv-memory",
            paramLabel = "MIB",
            description = "Memory for KV caches; default 2048, or half of what is free.")
    private @Nullable Long kvMebibytes;

    @Option(names = "--kv-spill", paramLabel = "MIB", description = "Disk for KV caches that memory has no room for.")
    private @Nullable Long spillMebibytes;

    @Option(
            names = "--kv-spill-dir",
            paramLabel = "DIR",
            description = "Where; default: the directory for temporary files.")
    private Path spillDirectory = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(names = "--session-dir", paramLabel = "DIR", description = "Let clients save conversations here.")
    private @Nullable Path sessions;

    @Mixin
    private SpeculationOptions speculation = new SpeculationOptions();

    ServeCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws InterruptedException {
        var places = sessions == null ? listen.options() : listen.options().withSessions(sessions);
        var options = UsageException.refusing(this::serviceOptions);
        var log = new ServeLog(console);
        log.takeOver();
        var file = model.model().file();
        var served = (name == null ? ServedName.ofFile(file.getFileName().toString()) : ServedName.of(name))
                .withAliases(aliases);
        var server = UsageException.refusing(() -> LockstepServer.start(places, served, Main.version(), log));
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("lockstep-shutdown").unstarted(() -> {
                    log.event("closing", Map.of());
                    server.close();
                    log.event("closed", Map.of());
                }));
        log.event("listening", Map.of("url", server.url(), "model", served.id()));
        var service = speculation.serve(model, options, console);
        service.model().chatTemplate(); // one that is broken is to be known now, and not when somebody asks
        server.serve(service);
        log.event("ready", Map.of("url", server.url(), "model", served.id()));
        Thread.currentThread().join();
        return ExitStatus.DONE;
    }

    private ServiceOptions serviceOptions() {
        var options = speculation
                .in(ServiceOptions.DEFAULT)
                .withMaxRunning(maxRunning)
                .withMaxWaiting(maxWaiting);
        if (kvMebibytes != null) {
            options = options.withKvBytes(bytes("--kv-memory", kvMebibytes));
        }
        return spillMebibytes == null
                ? options
                : options.withSpill(spillDirectory, bytes("--kv-spill", spillMebibytes));
    }

    private static long bytes(String option, long mebibytes) {
        if (mebibytes < 0 || mebibytes > Long.MAX_VALUE >> 20) {
            throw new UsageException(option + " is " + mebibytes + ", must be 0 or more, and less than memory has");
        }
        return mebibytes << 20;
    }
}
