package dev.lockstep.server.llamacpp;

import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.Constraint;
import dev.lockstep.engine.service.Input;
import dev.lockstep.server.http.Json;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.SamplingReader;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Reads requests in the form of llama.cpp's server. */
final class ContinuationRequests {
    /** Names of the engine's parameters as clients know them. */
    static final Map<String, String> FIELDS = Map.of(
            "input", "prompt",
            "constraint", "grammar",
            "stopStrings", "stop",
            "maxTokens", "n_predict");

    private ContinuationRequests() {}

    static CompletionRequest completion(JsonFields fields, Tokenizer tokenizer) {
        return request(fields, prompt(fields), tokenizer);
    }

    /** The gap comes after {@code input_prefix} and {@code prompt}, and before {@code input_suffix}. */
    static CompletionRequest infill(JsonFields fields, Tokenizer tokenizer) {
        if (tokenizer.fillTokens().isEmpty()) {
            throw fields.unsupported("input_prefix", "is not supported: this model does not fill in the middle");
        }
        List<Prompt.Fill.File> context = new ArrayList<>();
        for (JsonFields file : fields.objects("input_extra")) {
            context.add(new Prompt.Fill.File(file.string("filename").orElse("tmp"), file.requiredString("text")));
        }
        var gap = new Prompt.Fill(
                fields.requiredString("input_prefix") + fields.string("prompt").orElse(""),
                fields.requiredString("input_suffix"),
                context);
        return request(fields, gap, tokenizer);
    }

    private static CompletionRequest request(JsonFields fields, Prompt prompt, Tokenizer tokenizer) {
        int limit = fields.integer("n_predict", -2, Integer.MAX_VALUE).orElse(-1);
        return CompletionRequest.of(new Input.Continue(prompt))
                .sampling(SamplingReader.read(fields, tokenizer))
                .stopStrings(fields.strings("stop"))
                .maxTokens(limit < 0 ? CompletionRequest.UNLIMITED : limit)
                .ignoreEndOfGeneration(fields.flag("ignore_eos", false))
                .constraint(constraint(fields))
                .build();
    }

    private static Prompt prompt(JsonFields fields) {
        JsonNode prompt = fields.node("prompt").orElseThrow(() -> fields.missing("prompt"));
        if (!prompt.isArray()) {
            return new Prompt.Text(fields.requiredString("prompt"), true);
        }
        List<Integer> tokens = new ArrayList<>();
        for (JsonNode number : fields.elements("prompt")) {
            if (!number.isIntegralNumber() || !number.canConvertToInt()) {
                throw fields.invalid("prompt[" + tokens.size() + "]", "is not the number of a token");
            }
            tokens.add(number.intValue());
        }
        return new Prompt.Tokens(tokens);
    }

    private static Constraint constraint(JsonFields fields) {
        return fields.object("json_schema")
                .<Constraint>map(schema -> new Constraint.JsonSchema(Json.text(schema.asNode())))
                .or(() ->
                        fields.string("grammar").filter(text -> !text.isEmpty()).map(Constraint.Gbnf::new))
                .orElse(Constraint.NONE);
    }
}
