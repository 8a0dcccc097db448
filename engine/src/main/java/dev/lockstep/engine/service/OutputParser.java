package dev.lockstep.engine.service;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Tells the parts of an answer apart while it is written: what the model thinks, what it says, and which tools it calls. Never
 * fails: what looks like a call but is none is text.
 */
final class OutputParser {
    static final String THINK = "<think>";
    static final String END_THINK = "</think>";
    private static final List<String> END_CALL = List.of("</tool_call>", "<|eom_id|>", "]");

    private enum Part {
        START,
        REASONING,
        TEXT,
        CALL,
        AFTER_CALL
    }

    private final boolean bareCalls;
    private final boolean thinks;
    private final OutputListener listener;
    private final StringBuilder held = new StringBuilder();
    private final List<String> markers = new ArrayList<>();
    private CallReader call;
    private Part part = Part.START;
    private boolean thought;
    private Function<String, Optional<Boolean>> isCall = _ -> Optional.of(true);

    /** What stood before the object of a call, if it turns out to be none. */
    private String opening = "";

    private int calls;

    /**
     * @param tools how calls are written; none if there are no tools
     * @param thinks whether the model writes what it thinks between marks
     */
    OutputParser(Optional<ToolSyntax> tools, boolean thinks, OutputListener listener) {
        this.thinks = thinks;
        this.listener = listener;
        this.call = new CallReader(listener);
        this.bareCalls = tools.map(ToolSyntax::bareObject).orElse(false);
        tools.ifPresent(syntax -> markers.addAll(syntax.markers()));
    }

    /**
     * Says how to tell calls from other objects, where these have no mark in front; without it all are calls that have a name.
     *
     * @param isCall of how an object begins; empty as long as that is not certain
     */
    void tellCallsBy(Function<String, Optional<Boolean>> isCall) {
        this.isCall = isCall;
    }

    /** The prompt ended within what the model thinks. */
    void beginReasoning() {
        part = Part.REASONING;
    }

    /** The prompt ended where a call begins. */
    void beginCall() {
        part = Part.CALL;
    }

    /** Complete calls so far. */
    int calls() {
        return calls;
    }

    /** Whether a call is being written. */
    boolean inCall() {
        return part == Part.CALL;
    }

    /** What of a call is there so far. */
    String callSoFar() {
        return call.raw();
    }

    void append(String text) {
        held.append(text);
        while (step()) {}
    }

    void end() {
        switch (part) {
            case REASONING -> give(held.length());
            case CALL -> {
                if (call.named()) {
                    call.flush();
                    calls++;
                } else {
                    listener.text(opening + call.raw() + held);
                }
            }
            case START, TEXT -> give(held.length());
            case AFTER_CALL -> {}
        }
        held.setLength(0);
    }

    /** Does what is certain; false if more text is needed. */
    private boolean step() {
        return switch (part) {
            case START -> start();
            case REASONING -> reasoning();
            case TEXT -> text();
            case CALL -> call();
            case AFTER_CALL -> afterCall();
        };
    }

    private boolean start() {
        String text = held.toString().stripLeading();
        if (text.isEmpty()) {
            return false;
        }
        if (thought) {
            held.setLength(0);
            held.append(text);
        }
        if (thinks && !thought && text.startsWith(THINK)) {
            held.delete(0, held.indexOf(THINK) + THINK.length());
            part = Part.REASONING;
            return true;
        }
        if (thinks && !thought && THINK.startsWith(text)) {
            return false;
        }
        if (bareCalls && text.startsWith("{")) {
            Optional<Boolean> call = isCall.apply(text);
            if (call.isEmpty()) {
                return false;
            }
            if (call.get()) {
                held.setLength(0);
                held.append(text);
                part = Part.CALL;
                return true;
            }
        }
        part = Part.TEXT;
        return true;
    }

    private boolean reasoning() {
        int end = held.indexOf(END_THINK);
        if (end < 0) {
            give(certain(List.of(END_THINK), false));
            return false;
        }
        give(end);
        held.delete(0, END_THINK.length());
        thought = true;
        part = Part.START;
        return true;
    }

    private boolean text() {
        for (String marker : markers) {
            int at = held.indexOf(marker);
            if (at >= 0) {
                String before = held.substring(0, at).stripTrailing();
                held.delete(0, at + marker.length());
                if (!before.isEmpty()) {
                    listener.text(before);
                }
                part = Part.CALL;
                return true;
            }
        }
        give(certain(markers, true));
        return false;
    }

    private boolean call() {
        while (!held.isEmpty() && !call.done()) {
            char c = held.charAt(0);
            held.deleteCharAt(0);
            boolean opensList = c == '[' && call.raw().isBlank() && opening.isEmpty();
            if (opensList) {
                opening = call.raw() + c;
                call = new CallReader(listener);
            } else if (!call.read(c)) {
                notACall();
                return true;
            }
        }
        if (!call.done()) {
            call.flush();
            return false;
        }
        if (!call.named()) {
            notACall();
            return true;
        }
        calls++;
        call = new CallReader(listener);
        opening = "";
        part = Part.AFTER_CALL;
        return true;
    }

    private void notACall() {
        listener.text(opening + call.raw());
        opening = "";
        call = new CallReader(listener);
        part = Part.TEXT;
    }

    private boolean afterCall() {
        skipSpace();
        if (held.isEmpty()) {
            return false;
        }
        char c = held.charAt(0);
        if (c == ',' || c == ';') {
            held.deleteCharAt(0);
            return true;
        }
        if (c == '{') {
            part = Part.CALL;
            return true;
        }
        for (String end : END_CALL) {
            if (held.indexOf(end) == 0) {
                held.delete(0, end.length());
                return true;
            }
            if (end.startsWith(held.toString())) {
                return false;
            }
        }
        for (String marker : markers) {
            if (marker.startsWith(held.toString())) {
                return false;
            }
        }
        part = Part.TEXT;
        return true;
    }

    private void skipSpace() {
        int space = 0;
        while (space < held.length() && Character.isWhitespace(held.charAt(space))) {
            space++;
        }
        held.delete(0, space);
    }

    /**
     * How much of the held text cannot be the beginning of a mark.
     *
     * @param spaced whether space before a mark belongs to it
     */
    private int certain(List<String> marks, boolean spaced) {
        for (int start = 0; start < held.length(); start++) {

            String rest = held.substring(start);
            String beginning = spaced ? rest.stripLeading() : rest;
            for (String mark : marks) {
                if (mark.startsWith(beginning)) {
                    return start;
                }
            }
        }
        return held.length();
    }

    private void give(int length) {
        if (length > 0) {
            String text = held.substring(0, length);
            held.delete(0, length);
            if (part == Part.REASONING) {
                listener.reasoning(text);
            } else {
                listener.text(text);
            }
        }
    }
}
