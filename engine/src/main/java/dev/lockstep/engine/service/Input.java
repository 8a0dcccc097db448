package dev.lockstep.engine.service;

import dev.lockstep.engine.Prompt;

/** What a request puts to the model. */
public sealed interface Input permits Input.Continue, Conversation, RecordedPrompt {
    /** A text or tokens to continue. */
    record Continue(Prompt prompt) implements Input {}

    /** Plain text to continue; control tokens written out in it stay text. */
    static Input text(String text) {
        return new Continue(new Prompt.Text(text, false));
    }
}
