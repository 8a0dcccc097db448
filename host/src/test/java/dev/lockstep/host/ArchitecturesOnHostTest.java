package dev.lockstep.host;

import dev.lockstep.formats.GgufFile;
import dev.lockstep.graph.Graph;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.TensorRows;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.pass.Passes;
import dev.lockstep.graph.reference.ReferenceMachine;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tiny models of many architectures give the reference's bits: those of the graph's tests, and where it is there some of {@code ../shared/conformance}, in
 * types in which the architecture is mostly found.
 */
class ArchitecturesOnHostTest {
    private static final int TOKENS = 24;
    private static final Path ROOT = Path.of(System.getProperty("lockstep.root", ".."));
    private static final Path CONFORMANCE = ROOT.resolve("../shared/conformance/models");

    static Stream<String> goldens() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("graph/src/test/resources/golden"))) {
            return files.map(Path::toString).filter(file -> file.endsWith(".gguf")).sorted().toList().stream();
        }
    }

    static Stream<String> conformance() {
        return Stream.of(
                        "cohere2-Q8_0",
                        "deepseek2-Q8_0",
                        "deepseek2_mla-F16",
                        "gemma2-Q8_0",
                        "gemma3-Q4_0",
                        "gpt2-Q8_0",
                        "gptoss-MXFP4",
                        "mistral3-Q8_0",
                        "phi3-Q4_0",
                        "qwen2moe-Q8_0",
                        "stablelm-Q8_0")
                .map(name -> CONFORMANCE.resolve(name + ".gguf").toString())
                .filter(file -> Files.exists(Path.of(file)));
    }

    static Stream<String> models() throws IOException {
        return Stream.concat(goldens(), conformance());
    }

    @ParameterizedTest
    @MethodSource("models")
    void shouldGiveTheBitsOfTheReference(String file) {
        try (GgufFile gguf = GgufFile.open(Path.of(file))) {
            Graph graph = Passes.lower(Architectures.build(ModelDescription.of(gguf.metadata(), gguf.tensors())));
            Map<String, Tensor> tensors = TensorRows.with(graph, gguf.tensors());
            int[] tokens = Transcript.randomTokens(TOKENS, graph.vocabularySize(), 1);
            var options = new HostOptions(2, KvType.F16, TOKENS, TOKENS, Optional.empty(), (_, _, _) -> {});
            try (Machine reference = new ReferenceMachine(graph, tensors, KvType.F16, TOKENS, TOKENS);
                    Machine host = new HostMachine(graph, tensors, options, TestLlvm.codeGenerator()::compile)) {
                Transcript expected = Transcript.of(reference, tokens, TOKENS);
                expected.assertSame("a step of all tokens", Transcript.of(host, tokens, TOKENS));
                expected.assertSame("a step for each token", Transcript.of(host, tokens, 1));
            }
        }
    }
}
