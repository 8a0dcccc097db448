package dev.lockstep.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Memory that this process holds. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    /** Resident bytes where the system tells (Linux), the Java heap elsewhere. */
    static long bytes() {
        if (Files.isReadable(STATUS)) {
            try {
                for (String line : Files.readAllLines(STATUS)) {
                    if (line.startsWith("VmRSS:")) {
                        return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
                    }
                }
            } catch (IOException unreadable) {
                return heapBytes();
            }
        }
        return heapBytes();
    }

    private static long heapBytes() {
        return Runtime.getRuntime().totalMemory();
    }
}
