package dev.lockstep.engine.service;

import dev.lockstep.text.grammar.CompiledGrammar;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the answers to a request have to keep to, and how their text is to be read.
 *
 * @param stopStrings texts that end an answer
 * @param grammar what an answer has to be
 * @param tools what it may call
 * @param thinks whether the model writes what it thinks between marks
 * @param begunReasoning whether the prompt ends within what it thinks
 * @param begunCall whether the prompt ends where a call begins
 */
record AnswerRules(
        List<String> stopStrings,
        Optional<CompiledGrammar> grammar,
        Optional<ToolUse> tools,
        boolean thinks,
        boolean begunReasoning,
        boolean begunCall) {

    /**
     * The rules for a request.
     *
     * @throws InvalidRequestException if they contradict each other, or cannot be kept
     */
    static AnswerRules of(CompletionRequest request, PromptEncoder prompts, Grammars grammars) {
        List<String> stops = new ArrayList<>(request.stopStrings());
        stops.addAll(prompts.stopStrings(request.input()));
        Optional<CompiledGrammar> grammar = grammars.of(request.constraint());
        return switch (request.input()) {
            case Input.Continue _ -> new AnswerRules(stops, grammar, Optional.empty(), false, false, false);
            case Conversation conversation -> {
                Optional<ToolUse> tools = tools(
                        conversation.tools(),
                        conversation.toolChoice(),
                        conversation.parallelToolCalls(),
                        prompts.toolSyntax(),
                        grammars);
                boolean thinks = prompts.thinks() && grammar.isEmpty() && !forced(tools);
                boolean begun =
                        thinks && prompts.render(conversation).stripTrailing().endsWith(OutputParser.THINK);
                yield of(stops, grammar, tools, thinks, begun);
            }
            case RecordedPrompt recorded ->
                of(
                        stops,
                        grammar,
                        tools(
                                recorded.tools(),
                                recorded.toolChoice(),
                                recorded.parallelToolCalls(),
                                prompts.toolSyntax(),
                                grammars),
                        recorded.thinks(),
                        recorded.begunReasoning());
        };
    }

    private static AnswerRules of(
            List<String> stops,
            Optional<CompiledGrammar> grammar,
            Optional<ToolUse> tools,
            boolean thinks,
            boolean begunReasoning) {
        if (tools.isPresent() && grammar.isPresent()) {
            throw new InvalidRequestException(
                    "constraint", "an answer cannot both be constrained and call tools; take one of the two");
        }
        boolean forced = forced(tools);
        return new AnswerRules(stops, forced ? tools.get().forced() : grammar, tools, thinks, begunReasoning, forced);
    }

    private static boolean forced(Optional<ToolUse> tools) {
        return tools.isPresent() && tools.get().forced().isPresent();
    }

    private static Optional<ToolUse> tools(
            List<Tool> tools, ToolChoice choice, boolean parallel, ToolSyntax syntax, Grammars grammars) {
        return switch (choice) {
            case ToolChoice.None _ -> Optional.empty();
            case ToolChoice.Auto _ when tools.isEmpty() -> Optional.empty();
            case ToolChoice.Auto _ ->
                Optional.of(new ToolUse(syntax, grammars.calls(syntax, tools, parallel), Optional.empty()));
            case ToolChoice.Required _ -> {
                requireTools(tools);
                yield Optional.of(forced(syntax, tools, parallel, grammars));
            }
            case ToolChoice.Named(String name) -> {
                List<Tool> named =
                        tools.stream().filter(tool -> tool.name().equals(name)).toList();
                if (named.isEmpty()) {
                    throw new InvalidRequestException("toolChoice", "there is no tool \"" + name + "\" to call");
                }
                yield Optional.of(forced(syntax, named, false, grammars));
            }
        };
    }

    private static void requireTools(List<Tool> tools) {
        if (tools.isEmpty()) {
            throw new InvalidRequestException("toolChoice", "a tool is to be called, but there are no tools");
        }
    }

    private static ToolUse forced(ToolSyntax syntax, List<Tool> tools, boolean several, Grammars grammars) {
        CompiledGrammar calls = grammars.calls(syntax, tools, several);
        return new ToolUse(syntax, calls, Optional.of(calls));
    }

    /** How the answer begins, if that is certain: a part of the prompt. */
    String begun() {
        return begunCall ? tools.orElseThrow().syntax().calls().prefix() : "";
    }
}
