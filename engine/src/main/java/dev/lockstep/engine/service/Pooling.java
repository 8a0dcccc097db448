package dev.lockstep.engine.service;

/** How the vectors of a text's tokens become one. */
public enum Pooling {
    /** What the model file asks for, else {@link #MEAN}. */
    MODEL,
    MEAN,
    /** That of the last token. */
    LAST,
    /** That of the first token. */
    CLS
}
