package dev.lockstep.engine;

import java.util.Locale;

/** Why a generation ended. */
public enum FinishReason {
    /** The model ended its answer, or a stop string came. */
    STOP,
    /** The limit of tokens was reached, or the context is full. */
    LENGTH,
    /** The model asks for tools to be called. */
    TOOL_CALLS,
    /** The listener or an interrupt of the thread ended it. */
    CANCELLED;

    /** As it stands in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
