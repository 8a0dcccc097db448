package dev.lockstep.formats;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * Whatever the bytes are: they are read, or refused with a {@link FormatException}.
 *
 * <p>An ordinary test run replays the inputs in {@code src/test/resources/dev/lockstep/formats/GgufFuzzTestInputs}. This
 * searches for new ones, for as long as it is told:
 *
 * <pre>
 *   JAZZER_FUZZ=1 mvn test -pl formats -am -Dtest=GgufFuzzTest -Dsurefire.failIfNoSpecifiedTests=false \
 *       -Djazzer.hooks=true -Djazzer.max_duration=10m
 * </pre>
 */
class GgufFuzzTest {
    @FuzzTest
    void anyBytesAreReadOrRefused(byte[] bytes) {
        GgufPart part;
        try {
            part = GgufPart.read("fuzz.gguf", MemorySegment.ofArray(bytes));
        } catch (FormatException refused) {
            return;
        }
        for (String key : part.metadata().keys()) {
            askEverything(part.metadata(), key);
        }
        for (Tensor tensor : part.tensors().values()) {
            if (tensor.type().computable()) {
                NonFinite.firstIn(tensor);
            }
        }
    }

    private static void askEverything(Metadata metadata, String key) {
        ask(() -> metadata.string(key));
        ask(() -> metadata.integer(key));
        ask(() -> metadata.number(key));
        ask(() -> metadata.bool(key));
        ask(() -> metadata.strings(key));
        ask(() -> metadata.integers(key));
        ask(() -> metadata.numbers(key));
    }

    private static void ask(Runnable question) {
        try {
            question.run();
        } catch (FormatException otherType) {
            // the answer to a question for another type
        }
    }
}
