package dev.lockstep.cli;

/** What the process says when it ends. */
final class ExitStatus {
    static final int DONE = 0;
    static final int FAILED = 1;
    /** Wrong usage or bad input. */
    static final int REFUSED = 2;

    private ExitStatus() {}
}
