package dev.lockstep.engine.service;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.ModelFingerprint;
import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.sampling.SamplerChain;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.text.json.Json;
import dev.lockstep.text.template.ChatTemplate;
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

    static Receipt write(
            Lockstep model, CompletionRequest request, AnswerRules rules, int[] prompt, List<List<Integer>> outputs) {
        ModelFingerprint fingerprint = model.fingerprint();
        var receipt = new Receipt(
                model.name(),
                fingerprint.weights(),
                fingerprint.program(),
                request.input() instanceof Conversation ? template(model) : "",
                Arrays.stream(prompt).boxed().toList(),
                parameters(request, rules).toString(),
                outputs,
                "");
        return receipt.withDigest(digest(receipt));
    }

    private static String template(Lockstep model) {
        return sha256(model.metadata().string(ChatTemplate.METADATA_KEY).orElse(""));
    }

    /** Of everything but itself. */
    static String digest(Receipt receipt) {
        return sha256(receipt.withDigest("").toJson());
    }

    private static String sha256(String text) {
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static Json parameters(CompletionRequest request, AnswerRules rules) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("sampler", request.sampling().chain().toString());
        parameters.put("choices", request.choices());
        parameters.put("max_tokens", request.maxTokens());
        parameters.put("stop", rules.stopStrings());
        parameters.put("ignore_end", request.ignoreEndOfGeneration());
        parameters.put("context_full", request.whenContextIsFull().name());
        switch (request.constraint()) {
            case Constraint.None _ -> {}
            case Constraint.JsonObject _ -> parameters.put("json_object", true);
            case Constraint.JsonSchema(String schema) -> parameters.put("json_schema", schema);
            case Constraint.Regex(String pattern) -> parameters.put("regex", pattern);
            case Constraint.Gbnf(String grammar) -> parameters.put("gbnf", grammar);
        }
        rules.tools().ifPresent(use -> parameters.put("calls", calls(request.input(), rules, use.syntax())));
        return Json.of(parameters);
    }

    /** What decides about an answer that may call tools. */
    private static Map<String, Object> calls(Input input, AnswerRules rules, ToolSyntax syntax) {
        RecordedPrompt prompt = switch (input) {
            case Conversation(var _, var tools, var choice, boolean parallel, var _) ->
                new RecordedPrompt(List.of(), tools, choice, parallel, rules.thinks(), rules.begunReasoning());
            case RecordedPrompt recorded -> recorded;
            case Input.Continue _ -> throw new IllegalStateException("a text to continue has no tools");
        };
        Map<String, Object> calls = new LinkedHashMap<>();
        calls.put("syntax", syntax.name());
        calls.put(
                "tools",
                prompt.tools().stream()
                        .map(tool -> List.of(tool.name(), tool.description(), tool.parameters()))
                        .toList());
        switch (prompt.toolChoice()) {
            case ToolChoice.None _ -> calls.put("choice", "none");
            case ToolChoice.Auto _ -> calls.put("choice", "auto");
            case ToolChoice.Required _ -> calls.put("choice", "required");
            case ToolChoice.Named(String name) -> calls.put("named", name);
        }
        calls.put("parallel", prompt.parallelToolCalls());
        calls.put("thinks", prompt.thinks());
        calls.put("begun_reasoning", prompt.begunReasoning());
        return calls;
    }

    private static Input input(Receipt receipt, Json.Obj parameters) {
        if (!(parameters.get("calls").orElse(null) instanceof Json.Obj calls)) {
            return new Input.Continue(new Prompt.Tokens(receipt.prompt()));
        }
        List<Tool> tools = ((Json.Arr) member(calls, "tools"))
                .items().stream()
                        .map(item -> ((Json.Arr) item).items())
                        .map(parts -> new Tool(string(parts.get(0)), string(parts.get(1)), string(parts.get(2))))
                        .toList();
        ToolChoice choice = calls.get("named")
                .<ToolChoice>map(name -> new ToolChoice.Named(string(name)))
                .orElseGet(() -> switch (text(calls, "choice")) {
                    case "none" -> ToolChoice.NONE;
                    case "required" -> ToolChoice.REQUIRED;
                    default -> ToolChoice.AUTO;
                });
        return new RecordedPrompt(
                receipt.prompt(),
                tools,
                choice,
                flag(calls, "parallel"),
                flag(calls, "thinks"),
                flag(calls, "begun_reasoning"));
    }

    /** The request that a receipt is for. */
    static CompletionRequest request(Receipt receipt) {
        var parameters = (Json.Obj) Json.parse(receipt.parameters());
        return CompletionRequest.of(input(receipt, parameters))
                .sampling(SamplingParameters.of(SamplerChain.parse(text(parameters, "sampler"))))
                .choices(number(parameters, "choices"))
                .maxTokens(number(parameters, "max_tokens"))
                .stopStrings(((Json.Arr) member(parameters, "stop"))
                        .items().stream().map(item -> ((Json.Str) item).text()).toList())
                .ignoreEndOfGeneration(flag(parameters, "ignore_end"))
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
        return string(member(object, name));
    }

    private static String string(Json text) {
        return ((Json.Str) text).text();
    }

    private static boolean flag(Json.Obj object, String name) {
        return ((Json.Bool) member(object, name)).value();
    }

    private static int number(Json.Obj object, String name) {
        return ((Json.Num) member(object, name)).value().intValueExact();
    }

    /** What is wrong with a receipt before anything is computed. */
    static Optional<String> objection(Lockstep model, ToolSyntax syntax, Receipt receipt) {
        ModelFingerprint fingerprint = model.fingerprint();
        if (!digest(receipt).equals(receipt.digest())) {
            return Optional.of("the receipt was changed: its digest is not that of its content");
        }
        if (!fingerprint.weights().equals(receipt.weights())) {
            return Optional.of("the weights of " + model.name() + " are not those of the receipt");
        }
        if (!fingerprint.program().equals(receipt.program())) {
            return Optional.of(
                    "the program differs: another precision, KV type, vocabulary or version of the arithmetic");
        }
        if (!receipt.template().isEmpty() && !receipt.template().equals(template(model))) {
            return Optional.of("the chat template differs: the receipt's conversation would be put in another way");
        }
        return Json.parse(receipt.parameters()) instanceof Json.Obj parameters
                        && parameters.get("calls").orElse(null) instanceof Json.Obj calls
                        && !text(calls, "syntax").equals(syntax.name())
                ? Optional.of("the chat template differs: it writes calls of tools in another way")
                : Optional.empty();
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
