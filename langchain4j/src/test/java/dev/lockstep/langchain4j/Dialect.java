package dev.lockstep.langchain4j;

import java.util.List;
import java.util.stream.Collectors;

/** How families of models write calls, and a chat template in the manner of each. */
enum Dialect {
    HERMES(
            "<tool_call>\n{\"name\": \"%s\", \"arguments\": %s}\n</tool_call>",
            "\n", "%s", "{% for c in m.tool_calls %}<tool_call>{{ c.function | tojson }}</tool_call>{% endfor %}"),
    LLAMA(
            "{\"name\": \"%s\", \"parameters\": %s}",
            "; ", "<|python_tag|>%s", "{% for c in m.tool_calls %}<|python_tag|>{{ c.function | tojson }}{% endfor %}"),
    MISTRAL(
            "{\"name\": \"%s\", \"arguments\": %s}",
            ", ",
            "[TOOL_CALLS][%s]",
            "[TOOL_CALLS][{% for c in m.tool_calls %}{{ c.function | tojson }}{{ ', ' if not loop.last }}{% endfor %}]");

    /** What a model calls. */
    record Call(String name, String arguments) {}

    /** Stands before what the user says, and before what the model says. */
    static final String USER = "<|user|>";

    static final String ASSISTANT = "<|assistant|>";
    static final String END = "<|end|>";

    /** Stands before what a tool has answered, and before the list of tools. */
    static final String RESULT = "Result: ";

    static final String TOOLS = "Tools: ";

    private final String call;
    private final String separator;
    private final String all;
    private final String earlierCalls;

    Dialect(String call, String separator, String all, String earlierCalls) {
        this.call = call;
        this.separator = separator;
        this.all = all;
        this.earlierCalls = earlierCalls;
    }

    /** How a model writes calls; {@code bare} without a mark, where that may be left out. */
    String calls(List<Call> calls, boolean bare) {
        String written = calls.stream()
                .map(made -> call.formatted(made.name(), made.arguments()))
                .collect(Collectors.joining(separator));
        return bare ? written : all.formatted(written);
    }

    boolean hasBareCalls() {
        return this == LLAMA;
    }

    String template() {
        return "{{ '" + TOOLS + "' ~ (tools | tojson) if tools }}{% for m in messages %}"
                + "{% if m.role == 'assistant' %}" + ASSISTANT + "{{ m.content }}{% if m.tool_calls %}" + earlierCalls
                + "{% endif %}"
                + "{% elif m.role == 'tool' %}" + USER + RESULT + "{{ m.content }}"
                + "{% else %}" + USER + "{{ m.content }}{% endif %}" + END
                + "{% endfor %}" + ASSISTANT;
    }
}
