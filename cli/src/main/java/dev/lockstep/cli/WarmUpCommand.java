package dev.lockstep.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Goes once through what most runs do, so that the build can record the classes for a quick start (see the script). */
@Command(name = "warm-up", hidden = true)
final class WarmUpCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        var console = new Console(
                InputStream.nullInputStream(),
                OutputStream.nullOutputStream(),
                OutputStream.nullOutputStream(),
                Terminals.NONE);
        for (var line : List.of(
                List.of("--help"),
                List.of("--version"),
                List.of("tokenize", "--help"),
                List.of("tokenize", "-m", "missing.gguf", "text"))) {
            Main.execute(console, line.toArray(String[]::new));
        }
        Json.print(console, Map.of("warm", List.of(1, 2.0, true)));
        return ExitStatus.DONE;
    }
}
