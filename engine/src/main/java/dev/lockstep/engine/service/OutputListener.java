package dev.lockstep.engine.service;

/** Hears of the parts of an answer. */
interface OutputListener {
    void text(String text);

    void reasoning(String text);

    /** Calls come one after the other. */
    void callStarted(String name);

    /** More of the arguments of the call that was started last. */
    void callArguments(String json);
}
