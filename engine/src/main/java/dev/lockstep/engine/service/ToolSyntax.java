package dev.lockstep.engine.service;

import dev.lockstep.text.grammar.CallSyntax;
import java.util.List;
import java.util.Set;

/** How models write the calls of tools, which is what their chat templates teach them. */
enum ToolSyntax {
    /** Hermes, Qwen 2.5 and 3, and all that follow them. */
    HERMES(List.of("<tool_call>"), new CallSyntax("", "<tool_call>\n", "arguments", "\n</tool_call>", "\n", "")),

    /** Llama 3.1 and later: an object is the whole answer, several are separated by semicolons. */
    LLAMA(List.of("<|python_tag|>"), new CallSyntax("", "", "parameters", "", "; ", "")),

    /** Mistral: a list behind a control token. */
    MISTRAL(List.of("[TOOL_CALLS]"), new CallSyntax("[TOOL_CALLS][", "", "arguments", "", ", ", "]"));

    /** Names of the tokens that stand before and behind calls, some of which are control tokens in some vocabularies. */
    static final Set<String> MARKS = Set.of("<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]");

    private final List<String> markers;
    private final CallSyntax calls;

    ToolSyntax(List<String> markers, CallSyntax calls) {
        this.markers = markers;
        this.calls = calls;
    }

    /** That of a template; {@link #HERMES} if it does not say. */
    static ToolSyntax of(String template) {
        if (template.contains("[TOOL_CALLS]")) {
            return MISTRAL;
        }
        boolean llama =
                template.contains("<|python_tag|>") || template.contains("\"parameters\": dictionary of argument");
        return llama && !template.contains("<tool_call>") ? LLAMA : HERMES;
    }

    /** What stands before a call. */
    List<String> markers() {
        return markers;
    }

    /** Whether an answer that begins with an object is a call. */
    boolean bareObject() {
        return this == LLAMA;
    }

    CallSyntax calls() {
        return calls;
    }
}
