package dev.lockstep.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Memory that this process can still have: what the system has left, and what its control group may take. */
public final class FreeMemory {
    private FreeMemory() {}

    /** Bytes; empty where the system does not tell (it is not Linux). */
    public static OptionalLong bytes() {
        return bytes(Path.of("/proc"), Path.of("/sys/fs/cgroup"));
    }

    static OptionalLong bytes(Path proc, Path group) {
        OptionalLong system = field(proc.resolve("meminfo"), "MemAvailable:");
        OptionalLong limit = field(group.resolve("memory.max"), "");
        OptionalLong used = field(group.resolve("memory.current"), "");
        // Pages of files count as used, but go when memory is needed.
        long files = field(group.resolve("memory.stat"), "inactive_file").orElse(0);
        LongStream ofGroup = limit.isPresent() && used.isPresent()
                ? LongStream.of(Math.max(0, limit.getAsLong() - used.getAsLong() + files))
                : LongStream.empty();
        LongStream ofSystem = system.stream().map(kilobytes -> kilobytes << 10);
        return LongStream.concat(ofSystem, ofGroup).min();
    }

    /** The number in the first line that begins with a word; a group without a limit has a word for it, which is none. */
    private static OptionalLong field(Path file, String word) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(word))
                    .limit(1)
                    .map(line -> line.substring(word.length()).strip().split(" ")[0])
                    .filter(number -> number.matches("\\d{1,18}"))
                    .mapToLong(Long::parseLong)
                    .findFirst();
        } catch (IOException unreadable) {
            return OptionalLong.empty();
        }
    }
}
