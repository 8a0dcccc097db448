package dev.lockstep.host.llvm;

import dev.lockstep.formats.Reason;
import dev.lockstep.host.cache.CacheDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The places where libLLVM may be, in the order in which they are tried. */
final class LlvmSearch {
    private static final List<Path> SYSTEM_DIRECTORIES = Stream.of(
                    "/usr/lib/x86_64-linux-gnu",
                    "/usr/lib/aarch64-linux-gnu",
                    "/usr/lib64",
                    "/usr/lib",
                    "/usr/local/lib",
                    "/usr/lib/llvm-20/lib",
                    "/usr/lib/llvm-19/lib")
            .map(Path::of)
            .toList();

    /** {@code libLLVM-19.so}, {@code libLLVM.so.20.1} and the like; the group is the major version. */
    private static final Pattern SYSTEM_NAME = Pattern.compile("libLLVM(?:-|\\.so\\.)(\\d{1,3})(?:\\..*)?");

    private LlvmSearch() {}

    static LlvmLibrary run(UnpackProgress progress) {
        Optional<String> override = override();
        if (override.isPresent()) {
            return named(override.get());
        }
        List<String> reasons = new ArrayList<>();
        if (bundled(progress, reasons) instanceof LlvmLibrary.Found found) {
            return found;
        }
        List<Path> installed = installed(SYSTEM_DIRECTORIES);
        if (installed.isEmpty()) {
            reasons.add("The system has no libLLVM of a supported version.");
        }
        for (Path path : installed) {
            if (accepted(path, reasons) instanceof LlvmLibrary.Found found) {
                return found;
            }
        }
        return new LlvmLibrary.Missing(String.join(" ", reasons));
    }

    private static LlvmLibrary bundled(UnpackProgress progress, List<String> reasons) {
        try {
            return bundled(CacheDirectory.ofUser(), progress, reasons);
        } catch (IOException e) {
            reasons.add("libLLVM cannot be unpacked into " + CacheDirectory.ofUser() + " (" + Reason.of(e)
                    + "); make room there, or let " + CacheDirectory.VARIABLE + " name another place.");
        }
        try {
            return forThisProcess(progress, reasons);
        } catch (IOException e) {
            return missing("Nor into a temporary directory (" + Reason.of(e) + ").", reasons);
        }
    }

    /** Where nothing can be kept. The files have no names any more once they are loaded, so that nothing is left whatever ends the process. */
    private static LlvmLibrary forThisProcess(UnpackProgress progress, List<String> reasons) throws IOException {
        Path directory = Files.createTempDirectory("lockstep-");
        try {
            return bundled(directory, progress, reasons);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static LlvmLibrary bundled(Path directory, UnpackProgress progress, List<String> reasons)
            throws IOException {
        Optional<Path> library = BundledLlvm.unpack(LlvmSearch.class.getClassLoader(), directory, progress);
        return library.isPresent()
                ? accepted(library.get(), reasons)
                : missing("The class path has no libLLVM for this machine.", reasons);
    }

    private static LlvmLibrary missing(String reason, List<String> reasons) {
        reasons.add(reason);
        return new LlvmLibrary.Missing(reason);
    }

    /** What {@link #run} would find, without loading it. */
    static String identity() {
        return override()
                .or(() -> BundledLlvm.name(LlvmSearch.class.getClassLoader()))
                .orElseGet(() -> installed(SYSTEM_DIRECTORIES).toString());
    }

    private static Optional<String> override() {
        return Optional.ofNullable(System.getProperty(LlvmLibrary.OVERRIDE))
                .or(() -> Optional.ofNullable(System.getenv(LlvmLibrary.OVERRIDE)))
                .filter(path -> !path.isBlank());
    }

    private static LlvmLibrary named(String override) {
        try {
            Path path = Path.of(override).toAbsolutePath();
            if (!Files.isRegularFile(path)) {
                return new LlvmLibrary.Missing(LlvmLibrary.OVERRIDE + " names " + path + ", which is not a file.");
            }
            return LlvmLibrary.open(path);
        } catch (InvalidPathException e) {
            return new LlvmLibrary.Missing(LlvmLibrary.OVERRIDE + " names no path: " + e.getMessage() + ".");
        }
    }

    private static LlvmLibrary accepted(Path path, List<String> reasons) {
        LlvmLibrary library = LlvmLibrary.open(path);
        return library instanceof LlvmLibrary.Missing(String reason) ? missing(reason, reasons) : library;
    }

    /** Libraries of supported versions, newest first; others are not even opened. */
    static List<Path> installed(List<Path> directories) {
        List<Path> found = new ArrayList<>();
        for (Path directory : directories) {
            try (Stream<Path> files = Files.list(directory)) {
                files.filter(path -> LlvmLibrary.SUPPORTED_MAJORS.contains(major(path)))
                        .forEach(found::add);
            } catch (IOException | UncheckedIOException e) {
                // a directory that is not there or not ours to read holds nothing for us
            }
        }
        found.sort(Comparator.comparingInt(LlvmSearch::major).reversed().thenComparing(Comparator.naturalOrder()));
        return found;
    }

    private static int major(Path path) {
        Matcher name = SYSTEM_NAME.matcher(path.getFileName().toString());
        return name.matches() ? Integer.parseInt(name.group(1)) : -1;
    }
}
