package dev.lockstep.engine.service;

import dev.lockstep.text.json.Json;
import dev.lockstep.text.json.JsonException;

/**
 * Reads one call, an object with a name and arguments, while it is written. The arguments are given on as they come, provided that
 * the name came first.
 */
final class CallReader {
    private enum Part {
        BEFORE,
        NAME,
        ARGUMENTS,
        OTHER
    }

    private final OutputListener listener;
    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder member = new StringBuilder();
    private final StringBuilder value = new StringBuilder();
    private final StringBuilder early = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();
    private Part part = Part.BEFORE;
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean readsMember;
    private boolean named;
    private boolean argumentsBegun;
    private boolean quotedArguments;
    private boolean done;

    CallReader(OutputListener listener) {
        this.listener = listener;
    }

    /** Whether the object is complete. */
    boolean done() {
        return done;
    }

    /** Whether it has a name, so that somebody has heard of it. */
    boolean named() {
        return named;
    }

    /** Everything so far. */
    String raw() {
        return raw.toString();
    }

    /** Takes the next character; false if no object begins or goes on like this. */
    boolean read(char c) {
        raw.append(c);
        if (depth == 0) {
            depth = c == '{' ? 1 : 0;
            return c == '{' || Character.isWhitespace(c);
        }
        if (inString) {
            readString(c);
        } else {
            readStructure(c);
        }
        return true;
    }

    /** The end of a text: gives on what is left. */
    void flush() {
        if (!arguments.isEmpty() && named) {
            listener.callArguments(arguments.toString());
            arguments.setLength(0);
        }
    }

    private void readString(char c) {
        keep(c);
        if (escaped) {
            escaped = false;
        } else if (c == '\\') {
            escaped = true;
        } else if (c == '"') {
            inString = false;
            if (depth == 1 && readsMember) {
                readsMember = false;
            }
        }
    }

    private void readStructure(char c) {
        switch (c) {
            case '"' -> {
                inString = true;
                if (depth == 1 && part == Part.BEFORE) {
                    readsMember = true;
                    member.setLength(0);
                }
                keep(c);
            }
            case ':' -> {
                if (depth == 1 && part == Part.BEFORE) {
                    part = partOf(member.toString());
                } else {
                    keep(c);
                }
            }
            case '{', '[' -> {
                depth++;
                keep(c);
            }
            case '}', ']' -> {
                depth--;
                if (depth == 0) {
                    endMember();
                    done = true;
                } else {
                    keep(c);
                }
            }
            case ',' -> {
                if (depth == 1) {
                    endMember();
                } else {
                    keep(c);
                }
            }
            default -> keep(c);
        }
    }

    private static Part partOf(String member) {
        return switch (member) {
            case "\"name\"" -> Part.NAME;
            case "\"arguments\"", "\"parameters\"" -> Part.ARGUMENTS;
            default -> Part.OTHER;
        };
    }

    private void keep(char c) {
        if (readsMember) {
            member.append(c);
            return;
        }
        boolean space = !inString && Character.isWhitespace(c);
        switch (part) {
            case NAME -> value.append(c);
            case ARGUMENTS -> {
                if (!argumentsBegun) {
                    if (space) {
                        return;
                    }
                    argumentsBegun = true;
                    quotedArguments = c == '"';
                }
                if (quotedArguments) {
                    value.append(c);
                } else if (named) {
                    arguments.append(c);
                } else {
                    early.append(c);
                }
            }
            case BEFORE, OTHER -> {}
        }
    }

    private void endMember() {
        switch (part) {
            case NAME -> {
                named = true;
                listener.callStarted(unquoted(value.toString().strip()));
                if (!early.isEmpty()) {
                    listener.callArguments(early.toString().strip());
                    early.setLength(0);
                }
            }
            case ARGUMENTS -> {
                if (quotedArguments) {
                    (named ? arguments : early).append(unquoted(value.toString().strip()));
                }
                flush();
            }
            case BEFORE, OTHER -> {}
        }
        value.setLength(0);
        part = Part.BEFORE;
    }

    /** Some models write arguments as a string that holds JSON. */
    private static String unquoted(String text) {
        try {
            return Json.parse(text) instanceof Json.Str(String inner) ? inner : text;
        } catch (JsonException broken) {
            return text;
        }
    }
}
