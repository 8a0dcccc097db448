package dev.lockstep.host.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pages of a library that this process has mapped. */
public final class LibraryPages {
    private static final Path MAPS = Path.of("/proc/self/maps");

    /** Start, end and path of a mapping for code: {@code 7f00-7f10 r-xp 00001000 fe:00 123   /lib/x.so}. */
    private static final Pattern CODE = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r-xp [0-9a-f]+ \\S+ \\d+ +(/.*)");

    private LibraryPages() {}

    /**
     * Gives the pages of a library's code back to the system, which reads them again from its cache of the file when they run. Only code: pages
     * with addresses were changed when the library was loaded. Does nothing where the system does not list mappings.
     */
    public static void releaseCode(Path library) {
        Libc libc = new Libc();
        try (var lines = Files.lines(MAPS)) {
            String path = library.toRealPath().toString();
            lines.map(CODE::matcher)
                    .filter(Matcher::matches)
                    .filter(line -> line.group(3).equals(path))
                    .forEach(line -> {
                        long start = Long.parseUnsignedLong(line.group(1), 16);
                        long end = Long.parseUnsignedLong(line.group(2), 16);
                        libc.release(MemorySegment.ofAddress(start).reinterpret(end - start));
                    });
        } catch (IOException unlisted) {
            return; // memory that could be less
        }
    }
}
