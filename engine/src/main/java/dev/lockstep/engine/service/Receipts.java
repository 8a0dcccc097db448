package dev.lockstep.engine.service;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.ModelFingerprint;
import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.text.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes receipts, and makes requests of them again. */
final class Receipts {
    private Receipts() {}

    /** @throws InvalidRequestException if no receipt can be given for such a request */
    static void check(CompletionRequest request) {
        if (request.input() instanceof Conversation conversation
                && !conversation.tools().isEmpty()) {
            throw new InvalidRequestException("receipt", "there are no receipts for answers that may call tools");
        }
    }

    static Receipt write(
            Lockstep model, CompletionRequest request, List<String> stops, int[] prompt, List<List<Integer>> outputs) {
        ModelFingerprint fingerprint = model.fingerprint();
        var receipt = new Receipt(
                model.name(),
                fingerprint.weights(),
                fingerprint.program(),
                Arrays.stream(prompt).boxed().toList(),
                parameters(request, stops).toString(),
                outputs,
                "");
        return receipt.withDigest(digest(receipt));
    }

    /** Of everything but itself. */
    static String digest(Receipt receipt) {
        try {
            byte[] bytes = receipt.withDigest("").toJson().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static Json parameters(CompletionRequest request, List<String> stops) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("sampler", request.sampling().chain().toString());
        parameters.put("choices", request.choices());
        parameters.put("max_tokens", request.maxTokens());
        parameters.put("stop", stops);
        parameters.put("ignore_end", request.ignoreEndOfGeneration());
        parameters.put("context_full", request.whenContextIsFull().name());
        switch (request.constraint()) {
            case Constraint.None _ -> {}
            case Constraint.JsonObject _ -> parameters.put("json_object", true);
            case Constraint.JsonSchema(String schema) -> parameters.put("json_schema", schema);
            case Constraint.Regex(String pattern) -> parameters.put("regex", pattern);
            case Constraint.Gbnf(String grammar) -> parameters.put("gbnf", grammar);
        }
        return Json.of(parameters);
    }

    /** The request that a receipt is for. */
    static CompletionRequest request(Receipt receipt) {
        var parameters = (Json.Obj) Json.parse(receipt.parameters());
        return CompletionRequest.of(new Input.Continue(new Prompt.Tokens(receipt.prompt())))
                .sampling(SamplingParameters.of(SamplerChain.parse(text(parameters, "sampler"))))
                .choices(number(parameters, "choices"))
                .maxTokens(number(parameters, "max_tokens"))
                .stopStrings(((Json.Arr) member(parameters, "stop"))
                        .items().stream().map(item -> ((Json.Str) item).text()).toList())
                .ignoreEndOfGeneration(((Json.Bool) member(parameters, "ignore_end")).value())
                .whenContextIsFull(WhenContextIsFull.valueOf(text(parameters, "context_full")))
                .constraint(constraint(parameters))
                .build();
    }

    private static Constraint constraint(Json.Obj parameters) {
        return parameters
                .get("json_schema")
                .<Constraint>map(schema -> new Constraint.JsonSchema(((Json.Str) schema).text()))
                .or(() -> parameters.get("regex").map(pattern -> new Constraint.Regex(((Json.Str) pattern).text())))
                .or(() -> parameters.get("gbnf").map(grammar -> new Constraint.Gbnf(((Json.Str) grammar).text())))
                .or(() -> parameters.get("json_object").map(_ -> Constraint.JSON_OBJECT))
                .orElse(Constraint.NONE);
    }

    private static Json member(Json.Obj object, String name) {
        return object.get(name)
                .orElseThrow(() -> new IllegalArgumentException("the receipt's parameters lack \"" + name + "\""));
    }

    private static String text(Json.Obj object, String name) {
        return ((Json.Str) member(object, name)).text();
    }

    private static int number(Json.Obj object, String name) {
        return ((Json.Num) member(object, name)).value().intValueExact();
    }

    /** What is wrong with a receipt before anything is computed. */
    static Optional<String> objection(Lockstep model, Receipt receipt) {
        ModelFingerprint fingerprint = model.fingerprint();
        if (!digest(receipt).equals(receipt.digest())) {
            return Optional.of("the receipt was changed: its digest is not that of its content");
        }
        if (!fingerprint.weights().equals(receipt.weights())) {
            return Optional.of("the weights of " + model.name() + " are not those of the receipt");
        }
        return fingerprint.program().equals(receipt.program())
                ? Optional.empty()
                : Optional.of(
                        "the program differs: another precision, KV type, vocabulary or version of the arithmetic");
    }

    /** Where the outputs differ first. */
    static Optional<String> difference(List<List<Integer>> expected, List<List<Integer>> actual) {
        for (int choice = 0; choice < expected.size(); choice++) {
            List<Integer> a = expected.get(choice);
            List<Integer> b = actual.get(choice);
            for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
                String left = i < a.size() ? "token " + a.get(i) : "the end";
                String right = i < b.size() ? "token " + b.get(i) : "the end";
                if (!left.equals(right)) {
                    return Optional.of("choice " + choice + " differs at token " + i + ": the receipt has " + left
                            + ", the answer " + right);
                }
            }
        }
        return Optional.empty();
    }
}
