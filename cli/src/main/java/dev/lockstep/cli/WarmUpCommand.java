package dev.lockstep.cli;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
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
        for (var verb : List.of("run", "chat", "inspect", "tokenize", "logits", "bench")) {
            Main.execute(console, verb, "--help");
            Main.execute(console, verb, "-m", "no such file");
        }
        // The first opens by making everything, the second by finding it in the program cache, as most starts do.
        for (int round = 0; round < 2; round++) {
            Main.execute(console, "run", "-m", "demo", "-p", "Hello", "-n", "4", "--temp", "0.8");
            Main.execute(console, "run", "-m", "demo", "-p", "Hello", "-n", "4", "--json");
        }
        Main.execute(console, "chat", "-m", "demo");
        Main.execute(console, "--help");
        Main.execute(console, "--version");
        Main.execute(console, "inspect", "shape:tinyllama-1.1b");
        Main.execute(console, "inspect", "shape:tinyllama-1.1b", "--json");
        return ExitStatus.DONE;
    }
}
