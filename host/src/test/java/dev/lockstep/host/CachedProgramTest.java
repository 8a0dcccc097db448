package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.lockstep.graph.KvType;
import dev.lockstep.host.cache.CacheEntry;
import dev.lockstep.host.cache.ProgramCache;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a start finds in the program cache gives the bits of what it would make, and damage costs time, nothing else. */
class CachedProgramTest {
    private static final int TOKENS = 12;

    @TempDir
    private Path directory;

    private final List<String> warnings = new ArrayList<>();
    private final TestModel model = TestModel.of(TestShape.of(TensorType.Q4_0), 3);
    private final int[] tokens = Transcript.randomTokens(TOKENS, 77, 1);
    private final Transcript expected = Transcript.expected(model, KvType.F16, tokens);

    private ProgramCache programs() {
        return new ProgramCache(directory, 0, warnings::add);
    }

    private void assertRuns(HostMachine.Compiler compiler) {
        var cache = new HostCache(programs(), "model", "Q4_0", "identity");
        var options = new HostOptions(
                2, KvType.F16, TOKENS, TOKENS, Optional.empty(), (_, _, _) -> {}, Optional.of(cache), _ -> {});
        try (var host = new HostMachine(model.graph(), model.weights(), options, compiler)) {
            expected.assertSame("with a cache", Transcript.of(host, tokens, 5));
        }
    }

    @Test
    void theSecondStartShouldCompileNothing() {
        assertRuns(TestLlvm.codeGenerator()::compile);
        assertThat(programs().entries()).hasSize(2);
        assertRuns((_, _) -> fail("compiles again"));
        assertThat(warnings).isEmpty();
    }

    @Test
    void whatIsDamagedShouldBeMadeAgain() throws IOException {
        assertRuns(TestLlvm.codeGenerator()::compile);
        for (CacheEntry entry : programs().entries()) {
            byte[] bytes = Files.readAllBytes(entry.file());
            bytes[bytes.length - 5] ^= 4;
            Files.write(entry.file(), bytes);
        }
        assertRuns(TestLlvm.codeGenerator()::compile);
        assertThat(warnings).hasSize(2).allMatch(warning -> warning.contains("damaged"));
        assertRuns((_, _) -> fail("compiles again"));
    }
}
