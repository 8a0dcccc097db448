package dev.lockstep.host.llvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LlvmLibraryTest {
    @TempDir
    Path directory;

    private static String reason(LlvmLibrary library) {
        assertThat(library).isInstanceOf(LlvmLibrary.Missing.class);
        return ((LlvmLibrary.Missing) library).reason();
    }

    @Test
    void shouldGiveAReasonForAFileThatIsNoLibrary() throws IOException {
        Path text = Files.writeString(directory.resolve("libLLVM.so"), "not a library");
        assertThat(reason(LlvmLibrary.open(text)))
                .startsWith(text + " cannot be used: it cannot be opened as a library");
    }

    @Test
    void shouldGiveAReasonForALibraryThatIsNotLlvm() {
        Path zlib = Path.of("/lib/x86_64-linux-gnu/libz.so.1");
        assumeTrue(Files.exists(zlib), "no other library to try at " + zlib);
        assertThat(reason(LlvmLibrary.open(zlib))).contains("it has no function LLVMGetVersion");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1", "/usr/lib/x86_64-linux-gnu/libLLVM-15.so.1"})
    void shouldGiveAReasonForAVersionBeforeTheFunctionsThatWeCall(Path old) {
        assumeTrue(Files.exists(old), "no old LLVM to try at " + old);
        assertThat(reason(LlvmLibrary.open(old))).startsWith(old + " cannot be used: it has no function LLVM");
    }

    @Test
    void shouldTryOnlyTheFileThatTheOverrideNames() {
        String before = System.getProperty(LlvmLibrary.OVERRIDE);
        System.setProperty(LlvmLibrary.OVERRIDE, directory.resolve("absent.so").toString());
        try {
            assertThat(reason(LlvmLibrary.find()))
                    .isEqualTo("LOCKSTEP_LLVM names " + directory.resolve("absent.so") + ", which is not a file.");
        } finally {
            if (before == null) {
                System.clearProperty(LlvmLibrary.OVERRIDE);
            } else {
                System.setProperty(LlvmLibrary.OVERRIDE, before);
            }
        }
    }

    @Test
    void shouldPreferTheNewestSupportedLibraryOfTheSystem() throws IOException {
        for (String name : List.of("libLLVM-14.so", "libLLVM-19.so", "libLLVM.so.20.1", "libLLVM.so", "libLLVM-C.so")) {
            Files.createFile(directory.resolve(name));
        }
        assertThat(LlvmSearch.installed(List.of(directory.resolve("absent"), directory)))
                .containsExactly(directory.resolve("libLLVM.so.20.1"), directory.resolve("libLLVM-19.so"));
    }
}
