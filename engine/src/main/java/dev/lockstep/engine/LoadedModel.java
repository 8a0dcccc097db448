package dev.lockstep.engine;

import dev.lockstep.formats.Metadata;
import dev.lockstep.text.Tokenizer;
import java.util.function.Consumer;

/** A compiled model with its text side, and what keeps its weights in memory. */
record LoadedModel(
        Program program, Metadata metadata, Tokenizer tokenizer, Runnable freeWeights, Consumer<String> warnings)
        implements AutoCloseable {
    @Override
    public void close() {
        program.close();
        freeWeights.run();
    }
}
