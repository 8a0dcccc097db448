package dev.lockstep.engine.service;

import dev.lockstep.text.json.Json;
import dev.lockstep.text.json.JsonException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * From what an answer was made, so that anybody with the same model file can make it again and compare. Hashes are SHA-256 in
 * hexadecimal.
 *
 * @param model the model file's name
 * @param weights see {@link dev.lockstep.engine.ModelFingerprint#weights}
 * @param program see {@link dev.lockstep.engine.ModelFingerprint#program}
 * @param template of the chat template that made the prompt; empty if none did
 * @param prompt the prompt's tokens
 * @param parameters everything that chose among the logits, as JSON text
 * @param outputs tokens of the choices
 * @param digest hash of the JSON text of all the above
 */
public record Receipt(
        String model,
        String weights,
        String program,
        String template,
        List<Integer> prompt,
        String parameters,
        List<List<Integer>> outputs,
        String digest) {
    public Receipt {
        prompt = List.copyOf(prompt);
        outputs = outputs.stream().map(List::copyOf).toList();
    }

    Receipt withDigest(String digest) {
        return new Receipt(model, weights, program, template, prompt, parameters, outputs, digest);
    }

    /** As {@link #parse} reads it. */
    public String toJson() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("model", model);
        members.put("weights", weights);
        members.put("program", program);
        if (!template.isEmpty()) {
            members.put("template", template);
        }
        members.put("prompt", prompt);
        members.put("parameters", parameters);
        members.put("outputs", outputs);
        members.put("digest", digest);
        return Json.of(members).toString();
    }

    /** @throws IllegalArgumentException if the text is no receipt */
    public static Receipt parse(String json) {
        try {
            if (Json.parse(json) instanceof Json.Obj object) {
                return new Receipt(
                        text(object, "model"),
                        text(object, "weights"),
                        text(object, "program"),
                        object.get("template")
                                .map(hash -> ((Json.Str) hash).text())
                                .orElse(""),
                        tokens(member(object, "prompt")),
                        text(object, "parameters"),
                        ((Json.Arr) member(object, "outputs"))
                                .items().stream().map(Receipt::tokens).toList(),
                        text(object, "digest"));
            }
            throw new IllegalArgumentException("this is no receipt: it must be a JSON object");
        } catch (JsonException | ClassCastException wrong) {
            throw new IllegalArgumentException("this is no receipt: " + wrong.getMessage(), wrong);
        }
    }

    private static List<Integer> tokens(Json array) {
        return ((Json.Arr) array)
                .items().stream()
                        .map(item -> ((Json.Num) item).value().intValue())
                        .toList();
    }

    private static Json member(Json.Obj object, String name) {
        return object.get(name)
                .orElseThrow(() -> new IllegalArgumentException("this is no receipt: it lacks \"" + name + "\""));
    }

    private static String text(Json.Obj object, String name) {
        return ((Json.Str) member(object, name)).text();
    }
}
