package dev.lockstep.engine.assistant;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionListener;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Constraint;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.SavedSession;
import dev.lockstep.engine.service.Ticket;
import dev.lockstep.engine.service.Tool;
import dev.lockstep.engine.service.ToolChoice;
import dev.lockstep.text.json.Json;
import dev.lockstep.text.template.Message;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a served model. What it has said before is not computed again. Not for use by several threads at once; any number
 * of assistants may use one service at the same time.
 */
public final class Assistant {
    /** An answer may call functions so many times one after the other. */
    private static final int MOST_ROUNDS = 8;

    private final InferenceService service;
    private final List<Message> history = new ArrayList<>();
    private final Map<String, Function<Json, String>> functions = new LinkedHashMap<>();
    private final List<Tool> tools = new ArrayList<>();
    private UnaryOperator<CompletionRequest.Builder> settings = request -> request.maxTokens(1024);
    private volatile Optional<Ticket> asked = Optional.empty();

    public Assistant(InferenceService service) {
        this.service = service;
    }

    /** Tells the model who it is to be; replaces what it was told before. */
    public Assistant system(String content) {
        history.removeIf(Assistant::isSystem);
        history.addFirst(Message.of("system", content));
        return this;
    }

    /** Forgets all that was said, but not who the model is to be. */
    public void reset() {
        history.removeIf(message -> !isSystem(message));
    }

    private static boolean isSystem(Message message) {
        return message.role().equals("system");
    }

    /** What requests are to have besides the conversation: limits, stop strings, whatever a {@link CompletionRequest} knows. */
    public Assistant settings(UnaryOperator<CompletionRequest.Builder> more) {
        UnaryOperator<CompletionRequest.Builder> before = settings;
        settings = request -> more.apply(before.apply(request));
        return this;
    }

    /** How tokens are chosen. */
    public Assistant sampling(SamplingParameters sampling) {
        return settings(request -> request.sampling(sampling));
    }

    /** Most tokens of an answer. */
    public Assistant maxTokens(int maxTokens) {
        return settings(request -> request.maxTokens(maxTokens));
    }

    /**
     * Lets the model call a function when it wants to.
     *
     * @param parameters a record; the model fills in its components
     * @param function is called on the thread that asks; what it returns is told to the model, and so is the message of an exception
     */
    public <P extends Record> Assistant tool(
            String name, String description, Class<P> parameters, Function<P, String> function) {
        tools.add(new Tool(name, description, RecordJson.schema(parameters).toString()));
        functions.put(name, arguments -> function.apply(RecordJson.read(arguments, parameters)));
        return this;
    }

    /**
     * Asks, and waits for the answer.
     *
     * @throws EngineException if there is none
     */
    public String ask(String question) {
        return ask(question, _ -> {});
    }

    /**
     * Asks, and hears the answer as it comes, on another thread.
     *
     * @throws EngineException if there is none
     */
    public String ask(String question, Consumer<String> text) {
        return answer(question, CompletionListener.ofText(text)).text();
    }

    /**
     * Asks, and hears all that happens, on another thread. Question and answer become part of the history, also if the answer was cut
     * short; neither if an exception ends the call.
     *
     * @return the last result, where functions were called
     * @throws EngineException if there is no answer
     */
    public CompletionResult answer(String question, CompletionListener listener) {
        return inHistory(question, () -> {
            for (int round = 0; round < MOST_ROUNDS; round++) {
                CompletionResult result = complete(Constraint.NONE, tools, listener);
                CompletionResult.Choice answer = result.choices().getFirst();
                if (answer.toolCalls().isEmpty()) {
                    history.add(Message.of("assistant", answer.text()));
                    return result;
                }
                call(answer);
            }
            throw new EngineException("the model called functions " + MOST_ROUNDS + " times and did not answer");
        });
    }

    /** Ends an answer that is under way, from any thread. */
    public void stop() {
        asked.ifPresent(Ticket::cancel);
    }

    /**
     * Asks for an answer in the form of a record.
     *
     * @throws EngineException if there is none, or it was cut short
     * @throws IllegalArgumentException if the record has components that JSON cannot say
     */
    public <R extends Record> R ask(String question, Class<R> type) {
        var schema = new Constraint.JsonSchema(RecordJson.schema(type).toString());
        CompletionResult.Choice answer = inHistory(question, () -> {
            CompletionResult.Choice first =
                    complete(schema, List.of(), _ -> {}).choices().getFirst();
            history.add(Message.of("assistant", first.text()));
            return first;
        });
        return switch (answer.finishReason()) {
            case STOP -> RecordJson.read(Json.parse(answer.text()), type);
            case LENGTH, CANCELLED, TOOL_CALLS ->
                throw new EngineException("the answer was cut short: " + answer.text()
                        + "; let it have more tokens with maxTokens, or ask for less");
        };
    }

    /** Another conversation that goes on from here; what both have in common is computed and kept once. */
    public Assistant fork() {
        var fork = new Assistant(service);
        fork.settings = settings;
        fork.history.addAll(history);
        fork.tools.addAll(tools);
        fork.functions.putAll(functions);
        return fork;
    }

    /**
     * Writes the conversation and what was computed of it to a file.
     *
     * @throws EngineException if that is not possible
     */
    public SavedSession save(Path file) {
        List<Object> messages = new ArrayList<>();
        for (Message message : history) {
            Map<String, Object> fields = new LinkedHashMap<>(message.fields());
            fields.put("role", message.role());
            fields.put("content", message.content());
            messages.add(fields);
        }
        return service.save(conversation(tools), file, Json.of(messages).toString());
    }

    /**
     * Goes on with a conversation that was saved, in place of this one.
     *
     * @throws EngineException if the file holds none, is damaged, or belongs to another model
     */
    public SavedSession load(Path file) {
        SavedSession session = service.load(file);
        List<Message> saved = new ArrayList<>();
        try {
            for (Object message :
                    (List<?>) Objects.requireNonNull(Json.parse(session.note()).toJava())) {
                Map<String, @Nullable Object> fields = new LinkedHashMap<>();
                ((Map<?, ?>) message).forEach((name, value) -> fields.put((String) name, value));
                saved.add(new Message((String) fields.remove("role"), fields.remove("content"), fields));
            }
        } catch (RuntimeException wrong) {
            throw new EngineException(file + ": the session holds no conversation", wrong);
        }
        history.clear();
        history.addAll(saved);
        return session;
    }

    /** Everything that was said. */
    public List<Message> history() {
        return List.copyOf(history);
    }

    private <T> T inHistory(String question, Supplier<T> answers) {
        int before = history.size();
        history.add(Message.of("user", question));
        try {
            return answers.get();
        } catch (RuntimeException failed) {
            history.subList(before, history.size()).clear();
            throw failed;
        }
    }

    private CompletionResult complete(Constraint constraint, List<Tool> tools, CompletionListener listener) {
        CompletionRequest request = settings.apply(CompletionRequest.of(conversation(tools)))
                .constraint(constraint)
                .build();
        Ticket ticket = service.submit(request, listener);
        asked = Optional.of(ticket);
        try {
            return InferenceService.await(ticket);
        } finally {
            asked = Optional.empty();
        }
    }

    private Conversation conversation(List<Tool> tools) {
        return Conversation.of(history).withTools(tools, ToolChoice.AUTO, true);
    }

    private void call(CompletionResult.Choice answer) {
        List<Map<String, ?>> calls = new ArrayList<>();
        for (CompletionResult.ToolCall call : answer.toolCalls()) {
            calls.add(Map.of(
                    "id",
                    call.id(),
                    "type",
                    "function",
                    "function",
                    Map.of("name", call.name(), "arguments", call.arguments())));
        }
        history.add(new Message("assistant", answer.text(), Map.of("tool_calls", calls)));
        for (CompletionResult.ToolCall call : answer.toolCalls()) {
            history.add(new Message("tool", result(call), Map.of("tool_call_id", call.id(), "name", call.name())));
        }
    }

    /** What goes wrong in a call is told to the model, which may do better. */
    private String result(CompletionResult.ToolCall call) {
        Function<Json, String> function = functions.get(call.name());
        if (function == null) {
            return "error: there is no function " + call.name();
        }
        try {
            return function.apply(Json.parse(call.arguments()));
        } catch (RuntimeException wrong) {
            return "error: " + wrong.getMessage();
        }
    }
}
