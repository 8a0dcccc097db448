package dev.lockstep.engine.service;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The parts of one answer so far; tells the request's listener of each. */
final class AnswerParts implements OutputListener {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /** Some templates take identifiers of just this length. */
    private static final int ID_LENGTH = 9;

    private final CompletionJob job;
    private final int choice;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<String> ids = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<StringBuilder> arguments = new ArrayList<>();

    AnswerParts(CompletionJob job, int choice) {
        this.job = job;
        this.choice = choice;
    }

    @Override
    public void text(String more) {
        if (!more.isEmpty()) {
            text.append(more);
            job.tell(new CompletionEvent.Text(choice, more));
        }
    }

    @Override
    public void reasoning(String more) {
        if (!more.isEmpty()) {
            reasoning.append(more);
            job.tell(new CompletionEvent.Reasoning(choice, more));
        }
    }

    @Override
    public void callStarted(String name) {
        String id = id(names.size());
        ids.add(id);
        names.add(name);
        arguments.add(new StringBuilder());
        job.tell(new CompletionEvent.ToolCallStarted(choice, names.size() - 1, id, name));
    }

    @Override
    public void callArguments(String json) {
        arguments.getLast().append(json);
        job.tell(new CompletionEvent.ToolCallArguments(choice, names.size() - 1, json));
    }

    String text() {
        return text.toString();
    }

    String reasoning() {
        return reasoning.toString();
    }

    boolean callsTools() {
        return !names.isEmpty();
    }

    List<CompletionResult.ToolCall> calls() {
        List<CompletionResult.ToolCall> calls = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            calls.add(new CompletionResult.ToolCall(
                    ids.get(i), names.get(i), arguments.get(i).toString()));
        }
        return calls;
    }

    /** The same for the same prompt, so that a conversation has no identifier twice: its prompt grows. */
    private String id(int call) {
        long hash = 31 * (31L * Arrays.hashCode(job.prompt()) + choice) + call;
        var id = new StringBuilder();
        for (int i = 0; i < ID_LENGTH; i++) {
            hash = (hash ^ hash >>> 31) * 0x9E3779B97F4A7C15L;
            id.append(ALPHABET.charAt((int) Long.remainderUnsigned(hash ^ hash >>> 29, ALPHABET.length())));
        }
        return id.toString();
    }
}
