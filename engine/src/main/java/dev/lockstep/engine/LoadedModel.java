package dev.lockstep.engine;

import dev.lockstep.formats.Metadata;
import dev.lockstep.text.Tokenizer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A compiled model with its text side, and what keeps its weights in memory.
 *
 * @param fingerprint reads all weights, so that it takes a moment
 */
record LoadedModel(
        Program program,
        Metadata metadata,
        Tokenizer tokenizer,
        Supplier<ModelFingerprint> fingerprint,
        Runnable freeWeights,
        Consumer<String> warnings)
        implements AutoCloseable {
    @Override
    public void close() {
        program.close();
        freeWeights.run();
    }
}
