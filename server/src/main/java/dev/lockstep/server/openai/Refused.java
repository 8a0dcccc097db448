package dev.lockstep.server.openai;

import dev.lockstep.server.http.JsonFields;
import java.util.Map;

/** Fields of OpenAI's API that ask for something which this server does not do; passing over them would give wrong answers. */
final class Refused {
    private static final String TEXT_ONLY = "is not supported: this model reads and writes text only";

    private static final Map<String, String> CHAT = Map.of(
            "audio", TEXT_ONLY,
            "functions", "is not supported; use tools",
            "function_call", "is not supported; use tool_choice",
            "web_search_options", "is not supported: this server does not search the web");

    private static final Map<String, String> RESPONSES = Map.of(
            "previous_response_id", "is not supported: this server stores nothing; send the conversation as input",
            "conversation", "is not supported: this server stores nothing; send the conversation as input",
            "prompt", "is not supported: this server stores no prompts; send instructions and input");

    private Refused() {}

    static void inChat(JsonFields fields) {
        refuse(fields, CHAT);
        refuseStore(fields);
        for (String modality : fields.strings("modalities")) {
            if (!modality.equals("text")) {
                throw fields.unsupported("modalities", "has " + modality + ": this model reads and writes text only");
            }
        }
    }

    static void inCompletion(JsonFields fields) {
        int choices = fields.integer("n", 1, Integer.MAX_VALUE).orElse(1);
        int candidates = fields.integer("best_of", 1, Integer.MAX_VALUE).orElse(choices);
        if (candidates != choices) {
            throw fields.unsupported("best_of", "is not supported, unless it equals n");
        }
    }

    static void inResponses(JsonFields fields) {
        refuse(fields, RESPONSES);
        refuseStore(fields);
        if (fields.flag("background", false)) {
            throw fields.unsupported("background", "is not supported: this server stores nothing");
        }
    }

    private static void refuse(JsonFields fields, Map<String, String> refused) {
        refused.forEach((name, sentence) -> {
            if (fields.has(name)) {
                throw fields.unsupported(name, sentence);
            }
        });
    }

    private static void refuseStore(JsonFields fields) {
        if (fields.flag("store", false)) {
            throw fields.unsupported("store", "is not supported: this server stores nothing");
        }
    }
}
