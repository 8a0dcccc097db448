package dev.lockstep.engine;

/** Which machine runs the model. All give the same bits. */
public enum EngineChoice {
    /** The host machine, or the reference interpreter with a warning where the former is not available. */
    AUTO,
    /** Native code through LLVM. */
    HOST,
    /** The interpreter in plain Java: slow, runs everywhere. */
    REFERENCE
}
