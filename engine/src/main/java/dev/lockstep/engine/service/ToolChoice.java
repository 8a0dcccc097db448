package dev.lockstep.engine.service;

/** Whether an answer calls tools. */
public sealed interface ToolChoice {
    /** The model decides. */
    ToolChoice AUTO = new Auto();

    /** It calls none. */
    ToolChoice NONE = new None();

    /** It calls one at least. */
    ToolChoice REQUIRED = new Required();

    /** It calls the tool of this name. */
    static ToolChoice named(String name) {
        return new Named(name);
    }

    record Auto() implements ToolChoice {}

    record None() implements ToolChoice {}

    record Required() implements ToolChoice {}

    record Named(String name) implements ToolChoice {}
}
