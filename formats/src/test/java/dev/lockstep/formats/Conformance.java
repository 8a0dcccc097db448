package dev.lockstep.formats;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The conformance data beside the checkout, which is not part of the repository. */
final class Conformance {
    private Conformance() {}

    /** Skips the test, visibly, where the data is not there. */
    static Path directory() {
        Path directory = Path.of(System.getProperty("lockstep.root", ".."), "../shared/conformance")
                .normalize();
        assumeTrue(Files.isDirectory(directory), () -> "no conformance data at " + directory);
        return directory;
    }
}
