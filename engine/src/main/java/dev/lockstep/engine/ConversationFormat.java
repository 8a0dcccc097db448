package dev.lockstep.engine;

import java.util.List;

/** How a conversation becomes one text for the model to continue with its answer. */
public interface ConversationFormat {
    /** The text up to where the assistant's next answer begins. */
    String render(List<ChatMessage> messages);

    /** What ends an answer besides the tokens that end it. */
    List<String> stopStrings();
}
