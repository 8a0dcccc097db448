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
        try {
            Optional<Path> bundled =
                    BundledLlvm.unpack(LlvmSearch.class.getClassLoader(), CacheDirectory.ofUser(), progress);
            if (bundled.isEmpty()) {
                reasons.add("The class path has no libLLVM for this machine.");
            } else if (accepted(bundled.get(), reasons) instanceof LlvmLibrary.Found found) {
                return found;
            }
        } catch (IOException e) {
            reasons.add("libLLVM cannot be unpacked into " + CacheDirectory.ofUser() + " (" + Reason.of(e)
                    + "); make room there, or let " + CacheDirectory.VARIABLE + " name another place.");
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
        if (library instanceof LlvmLibrary.Missing(String reason)) {
            reasons.add(reason);
        }
        return library;
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
