package dev.lockstep.engine;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What keeps a process from its work; 0 where the system does not tell.
 *
 * @param switches how often a thread of this process was taken off its core for another one
 * @param stolenMs time in which the machine's cores were given to other machines
 * @param collections of the garbage collector
 */
public record Disturbances(long switches, long stolenMs, long collections) {
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final Path MACHINE = Path.of("/proc/stat");
    private static final String SWITCHES = "nonvoluntary_ctxt_switches:";

    /** The column of the line of all cores in {@code /proc/stat}, in hundredths of a second. */
    private static final int STOLEN = 8;

    /** All since this process, or the system, was started. */
    static Disturbances soFar() {
        long collections = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount)
                .sum();
        return new Disturbances(switchesOfThreads(), stolenSoFar(), collections);
    }

    Disturbances minus(Disturbances other) {
        return new Disturbances(switches - other.switches, stolenMs - other.stolenMs, collections - other.collections);
    }

    Disturbances plus(Disturbances other) {
        return new Disturbances(switches + other.switches, stolenMs + other.stolenMs, collections + other.collections);
    }

    private static long switchesOfThreads() {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                for (String line : Files.readAllLines(thread.resolve("status"))) {
                    if (line.startsWith(SWITCHES)) {
                        sum += Long.parseLong(line.substring(SWITCHES.length()).strip());
                    }
                }
            }
        } catch (IOException untold) {
            return sum; // also: a thread that ended meanwhile
        }
        return sum;
    }

    private static long stolenSoFar() {
        try {
            return 10 * Long.parseLong(Files.readAllLines(MACHINE).getFirst().split(" +")[STOLEN]);
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException untold) {
            return 0;
        }
    }
}
