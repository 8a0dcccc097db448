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
     * What an answer may call.
     *
     * @param several whether it may call more than once
     * @param forced whether it must call
     */
    private record Callable(List<Tool> tools, boolean several, boolean forced) {}

    /**
     * The rules for a request.
     *
     * @throws InvalidRequestException if they contradict each other, or cannot be kept
     */
    static AnswerRules of(CompletionRequest request, PromptEncoder prompts, Grammars grammars) {
        List<String> stops = new ArrayList<>(request.stopStrings());
        stops.addAll(prompts.stopStrings(request.input()));
        return switch (request.input()) {
            case Input.Continue _ ->
                new AnswerRules(stops, grammars.of(request.constraint()), Optional.empty(), false, false, false);
            case Conversation conversation -> {
                Optional<Callable> callable =
                        callable(conversation.tools(), conversation.toolChoice(), conversation.parallelToolCalls());
                boolean thinks = prompts.thinks()
                        && request.constraint() instanceof Constraint.None
                        && callable.filter(Callable::forced).isEmpty();
                boolean begun =
                        thinks && prompts.render(conversation).stripTrailing().endsWith(OutputParser.THINK);
                yield of(stops, request.constraint(), callable, prompts.toolSyntax(), grammars, thinks, begun);
            }
            case RecordedPrompt recorded ->
                of(
                        stops,
                        request.constraint(),
                        callable(recorded.tools(), recorded.toolChoice(), recorded.parallelToolCalls()),
                        prompts.toolSyntax(),
                        grammars,
                        recorded.thinks(),
                        recorded.begunReasoning());
        };
    }

    /** An answer that must call is calls; one that may keeps to the constraint if it does not. */
    private static AnswerRules of(
            List<String> stops,
            Constraint constraint,
            Optional<Callable> callable,
            ToolSyntax syntax,
            Grammars grammars,
            boolean thinks,
            boolean begunReasoning) {
        if (callable.isEmpty()) {
            return new AnswerRules(stops, grammars.of(constraint), Optional.empty(), thinks, begunReasoning, false);
        }
        List<Tool> tools = callable.get().tools();
        boolean several = callable.get().several();
        boolean forced = callable.get().forced();
        CompiledGrammar calls = grammars.calls(syntax, tools, several);
        Optional<CompiledGrammar> grammar =
                forced ? Optional.of(calls) : grammars.callsOr(syntax, tools, several, constraint);
        var use = new ToolUse(syntax, calls, forced, forced ? Optional.empty() : grammars.of(constraint));
        return new AnswerRules(stops, grammar, Optional.of(use), thinks, begunReasoning, forced);
    }

    private static Optional<Callable> callable(List<Tool> tools, ToolChoice choice, boolean parallel) {
        return switch (choice) {
            case ToolChoice.None _ -> Optional.empty();
            case ToolChoice.Auto _ ->
                tools.isEmpty() ? Optional.empty() : Optional.of(new Callable(tools, parallel, false));
            case ToolChoice.Required _ -> {
                if (tools.isEmpty()) {
                    throw new InvalidRequestException("toolChoice", "a tool is to be called, but there are no tools");
                }
                yield Optional.of(new Callable(tools, parallel, true));
            }
            case ToolChoice.Named(String name) -> {
                List<Tool> named =
                        tools.stream().filter(tool -> tool.name().equals(name)).toList();
                if (named.isEmpty()) {
                    throw new InvalidRequestException("toolChoice", "there is no tool \"" + name + "\" to call");
                }
                yield Optional.of(new Callable(named, false, true));
            }
        };
    }

    /** How the answer begins, if that is certain: a part of the prompt. */
    String begun() {
        return begunCall ? tools.orElseThrow().syntax().calls().prefix() : "";
    }
}
