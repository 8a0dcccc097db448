package dev.lockstep.compiler.partition;

/** What a partition is chosen for. */
public enum Objective {
    /** The shortest time of one user's next token. */
    LATENCY,
    /** The most tokens a second over all users. */
    THROUGHPUT
}
