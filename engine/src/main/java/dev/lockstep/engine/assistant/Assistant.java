package dev.lockstep.engine.assistant;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.Constraint;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.Tool;
import dev.lockstep.engine.service.ToolChoice;
import dev.lockstep.text.json.Json;
import dev.lockstep.text.template.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;

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
    private SamplingParameters sampling = SamplingParameters.DEFAULT;
    private int maxTokens = 1024;

    public Assistant(InferenceService service) {
        this.service = service;
    }

    /** Tells the model who it is to be; before the first question. */
    public Assistant system(String content) {
        history.addFirst(Message.of("system", content));
        return this;
    }

    /** How tokens are chosen. */
    public Assistant sampling(SamplingParameters sampling) {
        this.sampling = sampling;
        return this;
    }

    /** Most tokens of an answer. */
    public Assistant maxTokens(int maxTokens) {
        this.maxTokens = maxTokens;
        return this;
    }

    /**
     * Lets the model call a function when it wants to.
     *
     * @param parameters a record; the model fills in its components
     * @param function is called on the thread that asks; what it returns is told to the model
     */
    public <P extends Record> Assistant tool(
            String name, String description, Class<P> parameters, Function<P, String> function) {
        tools.add(new Tool(name, description, RecordJson.schema(parameters).toString()));
        functions.put(name, arguments -> function.apply(RecordJson.read(arguments, parameters)));
        return this;
    }

    /** Asks, and waits for the answer. */
    public String ask(String question) {
        return ask(question, _ -> {});
    }

    /** Asks, and hears the answer as it comes, on another thread. */
    public String ask(String question, Consumer<String> text) {
        history.add(Message.of("user", question));
        for (int round = 0; round < MOST_ROUNDS; round++) {
            CompletionResult.Choice answer = complete(Constraint.NONE, tools, text);
            if (answer.toolCalls().isEmpty()) {
                history.add(Message.of("assistant", answer.text()));
                return answer.text();
            }
            call(answer);
        }
        throw new EngineException("the model called functions " + MOST_ROUNDS + " times and did not answer");
    }

    /** Asks for an answer in the form of a record. */
    public <R extends Record> R ask(String question, Class<R> type) {
        history.add(Message.of("user", question));
        var schema = new Constraint.JsonSchema(RecordJson.schema(type).toString());
        CompletionResult.Choice answer = complete(schema, List.of(), _ -> {});
        history.add(Message.of("assistant", answer.text()));
        return switch (answer.finishReason()) {
            case STOP -> RecordJson.read(Json.parse(answer.text()), type);
            case LENGTH, CANCELLED, TOOL_CALLS ->
                throw new EngineException("the answer was cut short: " + answer.text()
                        + "; let it have more tokens with maxTokens, or ask for less");
        };
    }

    /** Another conversation that goes on from here; what both have in common is computed and kept once. */
    public Assistant fork() {
        var fork = new Assistant(service).sampling(sampling).maxTokens(maxTokens);
        fork.history.addAll(history);
        fork.tools.addAll(tools);
        fork.functions.putAll(functions);
        return fork;
    }

    /** Everything that was said. */
    public List<Message> history() {
        return List.copyOf(history);
    }

    private CompletionResult.Choice complete(Constraint constraint, List<Tool> tools, Consumer<String> text) {
        var conversation = Conversation.of(history).withTools(tools, ToolChoice.AUTO, true);
        var request = CompletionRequest.of(conversation)
                .sampling(sampling)
                .maxTokens(maxTokens)
                .constraint(constraint)
                .build();
        try {
            return service.submit(request, event -> {
                        if (event instanceof CompletionEvent.Text(int _, String more)) {
                            text.accept(more);
                        }
                    })
                    .result()
                    .join()
                    .choices()
                    .getFirst();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof EngineException known ? known : failed;
        }
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
