package dev.lockstep.engine;

import dev.lockstep.formats.Metadata;
import dev.lockstep.text.Tokenizer;

/** A compiled model with its text side, and the file that its weights lie in. */
record LoadedModel(
        Program program, Metadata metadata, Tokenizer tokenizer, ConversationFormat format, Runnable closeFile)
        implements AutoCloseable {
    @Override
    public void close() {
        program.close();
        closeFile.run();
    }
}
