package dev.lockstep.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A conversation. Every message is put behind the ones before it with the model's chat template, or, if it has none, in a plain
 * format ({@code User: ...}, {@code Assistant: ...}). Not for use by several threads at once.
 *
 * <p>The template decides what is a control token, so a message that contains the name of one is taken for it.
 */
public final class Chat {
    private final Lockstep model;
    private final ConversationFormat format;
    private final List<ChatMessage> history = new ArrayList<>();

    Chat(Lockstep model, ConversationFormat format) {
        this.model = model;
        this.format = format;
    }

    /** Tells the model who it is to be; replaces an earlier system message. */
    public Chat system(String content) {
        history.removeIf(message -> message.role().equals("system"));
        history.addFirst(new ChatMessage("system", content));
        return this;
    }

    /** Says something and streams the answer, with {@link GenerationOptions#DEFAULT}. */
    public Generation say(String content, GenerationListener listener) {
        return say(content, GenerationOptions.DEFAULT, listener);
    }

    /**
     * Says something and streams the answer. Both become part of the history, also if the answer was cut short; neither if an
     * exception ends the call.
     *
     * @throws EngineException if the conversation does not fit the context
     */
    public Generation say(String content, GenerationOptions options, GenerationListener listener) {
        var question = new ChatMessage("user", content);
        List<ChatMessage> messages =
                Stream.concat(history.stream(), Stream.of(question)).toList();
        List<String> stops = Stream.concat(options.stopStrings().stream(), format.stopStrings().stream())
                .toList();
        var request =
                new GenerationRequest(new Prompt.Text(format.render(messages), true), options.withStopStrings(stops));
        Generation answer = model.generate(request, listener);
        history.add(question);
        history.add(new ChatMessage("assistant", answer.text()));
        return answer;
    }

    /** All messages so far. */
    public List<ChatMessage> history() {
        return List.copyOf(history);
    }

    /** Forgets everything but the system message. */
    public void reset() {
        history.removeIf(message -> !message.role().equals("system"));
    }
}
