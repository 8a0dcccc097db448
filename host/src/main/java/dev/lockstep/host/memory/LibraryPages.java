package dev.lockstep.host.memory;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The pages of a library that this process has mapped. */
public final class LibraryPages {
    private static final Path MAPS = Path.of("/proc/self/smaps");

    /** Start, end and path of a mapping that nobody writes: {@code 7f00-7f10 r-xp 00001000 fe:00 123   /lib/x.so}. */
    private static final Pattern READ_ONLY = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) r-.p [0-9a-f]+ \\S+ \\d+ +(/.*)");

    /** A line of what follows a mapping: its pages that are no longer those of the file. */
    private static final Pattern CHANGED = Pattern.compile("Anonymous: +(\\d+) kB");

    private LibraryPages() {}

    /**
     * Gives the pages of a library's code and constants back to the system, which reads them again from its cache of the file when they are needed. Not
     * those of mappings with addresses, which were changed when the library was loaded. Does nothing where the system does not list mappings.
     */
    public static void release(Path library) {
        Libc libc = new Libc();
        // Names of other files may be no UTF-8.
        try (var lines = Files.lines(MAPS, StandardCharsets.ISO_8859_1)) {
            String path = new String(
                    library.toRealPath().toString().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            MemorySegment mapping = MemorySegment.NULL;
            for (String line : (Iterable<String>) lines::iterator) {
                Matcher start = READ_ONLY.matcher(line);
                Matcher changed = CHANGED.matcher(line);
                if (start.matches() && start.group(3).equals(path)) {
                    mapping = mapping(start);
                } else if (changed.matches()) {
                    if (changed.group(1).equals("0")) {
                        libc.release(mapping);
                    }
                    mapping = MemorySegment.NULL;
                }
            }
        } catch (IOException unlisted) {
            return; // memory that could be less
        }
    }

    private static MemorySegment mapping(Matcher line) {
        long start = Long.parseUnsignedLong(line.group(1), 16);
        long end = Long.parseUnsignedLong(line.group(2), 16);
        return MemorySegment.ofAddress(start).reinterpret(end - start);
    }
}
