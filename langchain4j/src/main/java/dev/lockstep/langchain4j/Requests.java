package dev.lockstep.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.internal.Json;
import dev.langchain4j.internal.JsonSchemaElementUtils;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.Constraint;
import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.Tool;
import dev.lockstep.engine.service.ToolChoice;
import dev.lockstep.text.template.Message;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** LangChain4j's requests in the terms of the engine. */
final class Requests {
    private static final String NO_PARAMETERS = "{\"type\":\"object\",\"properties\":{}}";

    private Requests() {}

    /**
     * Refuses a name that is another model's.
     *
     * @param model the one that there is
     */
    static void checkModelName(ChatRequestParameters parameters, String model) {
        String name = parameters.modelName();
        if (name != null && !name.equals(model)) {
            throw new UnsupportedFeatureException(
                    "the modelName " + name + " is not supported: this service has the model " + model);
        }
    }

    /**
     * @param seed of the random numbers
     * @param model the one that there is
     */
    static CompletionRequest of(ChatRequest request, long seed, String model) {
        ChatRequestParameters parameters = request.parameters();
        checkModelName(parameters, model);
        List<Tool> tools =
                parameters.toolSpecifications().stream().map(Requests::tool).toList();
        Conversation conversation = Conversation.of(
                        request.messages().stream().map(Requests::message).toList())
                .withTools(tools, toolChoice(parameters.toolChoice()), true);
        CompletionRequest.Builder builder = CompletionRequest.of(conversation)
                .sampling(sampling(parameters).withSeed(seed))
                .stopStrings(parameters.stopSequences())
                .constraint(constraint(parameters.responseFormat()));
        if (parameters.maxOutputTokens() != null) {
            builder.maxTokens(parameters.maxOutputTokens());
        }
        return builder.build();
    }

    private static SamplingParameters sampling(ChatRequestParameters parameters) {
        SamplingParameters sampling = SamplingParameters.DEFAULT;
        if (parameters.temperature() != null) {
            sampling = sampling.withTemperature(parameters.temperature().floatValue());
        }
        if (parameters.topP() != null) {
            sampling = sampling.withTopP(parameters.topP().floatValue());
        }
        if (parameters.topK() != null) {
            sampling = sampling.withTopK(parameters.topK());
        }
        if (parameters.frequencyPenalty() != null) {
            sampling =
                    sampling.withFrequencyPenalty(parameters.frequencyPenalty().floatValue());
        }
        if (parameters.presencePenalty() != null) {
            sampling = sampling.withPresencePenalty(parameters.presencePenalty().floatValue());
        }
        return sampling;
    }

    private static Message message(ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> Message.of("system", system.text());
            case UserMessage user -> Message.of("user", text(user));
            case AiMessage answer -> answer(answer);
            case ToolExecutionResultMessage result ->
                new Message("tool", result.text(), named(result.id(), result.toolName()));
            default ->
                throw new UnsupportedFeatureException("this model does not know messages of type " + message.type());
        };
    }

    private static String text(UserMessage message) {
        return message.contents().stream().map(Requests::text).collect(Collectors.joining("\n"));
    }

    private static String text(Content content) {
        if (content instanceof TextContent text) {
            return text.text();
        }
        String type = content.type().name().toLowerCase(Locale.ROOT);
        throw new UnsupportedFeatureException(type + " content is not supported: this model reads text only");
    }

    private static Map<String, ?> named(@Nullable String id, String tool) {
        return id == null ? Map.of("name", tool) : Map.of("name", tool, "tool_call_id", id);
    }

    private static Message answer(AiMessage answer) {
        String text = answer.text() == null ? "" : answer.text();
        if (!answer.hasToolExecutionRequests()) {
            return Message.of("assistant", text);
        }
        List<Map<String, Object>> calls =
                answer.toolExecutionRequests().stream().map(Requests::call).toList();
        return new Message("assistant", text, Map.of("tool_calls", calls));
    }

    private static Map<String, Object> call(ToolExecutionRequest request) {
        Map<String, Object> call = new LinkedHashMap<>();
        if (request.id() != null) {
            call.put("id", request.id());
        }
        call.put("type", "function");
        call.put("function", Map.of("name", request.name(), "arguments", arguments(request.arguments())));
        return call;
    }

    /** Templates know arguments as an object. */
    private static Object arguments(@Nullable String json) {
        return json == null || json.isBlank() ? Map.of() : Json.fromJson(json, Map.class);
    }

    private static Tool tool(ToolSpecification specification) {
        return new Tool(
                specification.name(),
                specification.description() == null ? "" : specification.description(),
                specification.parameters() == null
                        ? NO_PARAMETERS
                        : Json.toJson(JsonSchemaElementUtils.toMap(specification.parameters())));
    }

    private static ToolChoice toolChoice(dev.langchain4j.model.chat.request.@Nullable ToolChoice choice) {
        return switch (choice) {
            case null -> ToolChoice.AUTO;
            case AUTO -> ToolChoice.AUTO;
            case REQUIRED -> ToolChoice.REQUIRED;
            case NONE -> ToolChoice.NONE;
        };
    }

    private static Constraint constraint(@Nullable ResponseFormat format) {
        if (format == null || format.type() == ResponseFormatType.TEXT) {
            return Constraint.NONE;
        }
        return format.jsonSchema() == null
                ? Constraint.JSON_OBJECT
                : new Constraint.JsonSchema(Json.toJson(
                        JsonSchemaElementUtils.toMap(format.jsonSchema().rootElement())));
    }
}
