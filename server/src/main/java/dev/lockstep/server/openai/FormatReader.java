package dev.lockstep.server.openai;

import dev.lockstep.engine.service.Constraint;
import dev.lockstep.server.http.Json;
import dev.lockstep.server.http.JsonFields;

/** Reads what form an answer must have. */
final class FormatReader {
    private FormatReader() {}

    /** {@code response_format} of chat completions, or {@code grammar} as llama.cpp has it. */
    static Constraint ofChat(JsonFields request) {
        if (request.has("grammar")) {
            if (request.has("response_format")) {
                throw request.invalid("grammar", "is there, and response_format too; send one of them");
            }
            return new Constraint.Gbnf(request.requiredString("grammar"));
        }
        return request.object("response_format")
                .map(format -> read(format, format.object("json_schema").orElse(format)))
                .orElse(Constraint.NONE);
    }

    /** {@code text.format} of responses, where the schema lies open. */
    static Constraint ofResponses(JsonFields request) {
        return request.object("text")
                .flatMap(text -> text.object("format"))
                .map(format -> read(format, format))
                .orElse(Constraint.NONE);
    }

    private static Constraint read(JsonFields format, JsonFields schema) {
        String type = format.requiredString("type");
        return switch (type) {
            case "text" -> Constraint.NONE;
            case "json_object" -> Constraint.JSON_OBJECT;
            case "json_schema" ->
                new Constraint.JsonSchema(Json.text(schema.object("schema")
                        .orElseThrow(() -> schema.missing("schema"))
                        .asNode()));
            case "regex" -> new Constraint.Regex(format.requiredString("pattern"));
            case "grammar" -> new Constraint.Gbnf(format.requiredString("grammar"));
            default ->
                throw format.unsupported(
                        "type", "is " + type + ", must be text, json_object, json_schema, regex or grammar");
        };
    }
}
