package dev.lockstep.engine.service;

/**
 * What texts are possible answers. A constrained answer is one of them, or cut short by a limit, never another one: a constraint
 * that cannot be kept is refused before anything is generated.
 */
public sealed interface Constraint {
    /** Any text. */
    Constraint NONE = new None();

    /** Any JSON object. */
    Constraint JSON_OBJECT = new JsonObject();

    record None() implements Constraint {}

    record JsonObject() implements Constraint {}

    /** @param schema as JSON text */
    record JsonSchema(String schema) implements Constraint {}

    /** The whole answer matches. */
    record Regex(String pattern) implements Constraint {}

    /** A grammar in the notation of llama.cpp, whose rule {@code root} is the answer. */
    record Gbnf(String grammar) implements Constraint {}
}
