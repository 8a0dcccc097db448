package dev.lockstep.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lines about how long after the start of this process something was done. Where the system does not tell the start, from now on. */
final class Timings {
    private static final Path STATE = Path.of("/proc/self/stat");
    private static final Path UPTIME = Path.of("/proc/uptime");

    /** The word of the start behind the name, in ticks of a hundredth of a second since the system started. */
    private static final int START_WORD = 19;

    private static final long NANOS_PER_TICK = 10_000_000;

    private final long startNanos = System.nanoTime() - ageNanos();

    /** What is said about a stage. */
    String line(String stage) {
        return (System.nanoTime() - startNanos) / 1_000_000 + " ms  " + stage;
    }

    private static long ageNanos() {
        try {
            var state = Files.readString(STATE);
            var words = state.substring(state.lastIndexOf(')') + 2).split(" ");
            var uptime = Files.readString(UPTIME).split(" ")[0].replace(".", "");
            return (Long.parseLong(uptime) - Long.parseLong(words[START_WORD])) * NANOS_PER_TICK;
        } catch (IOException | RuntimeException unknown) {
            return 0;
        }
    }
}
