package dev.lockstep.compiler.schedule;

/**
 * A word of memory that a fragment reads or writes in a cycle.
 *
 * @param word which one: see {@link Word#key}
 * @param visible for writes, the first cycle in which a Read can be dispatched that sees it; for reads the cycle of dispatch
 */
record Touch(long word, boolean write, int visible) {}
