package dev.lockstep.engine.service;

/**
 * An account of what guesses of a draft model have cost and saved, in nanoseconds. It may be overdrawn by a small part of the time that
 * passes, so that a service with a draft model is never slower than that without one: where guesses do not pay, they are tried again
 * now and then.
 */
final class DraftLedger {
    /** What guesses may lose of all time. */
    static final double MOST_LOSS = 0.02;

    /** So many steps are lent at the beginning: somebody has to try. */
    private static final double LOAN_STEPS = 1.5;

    /** Savings count up to so many steps: enough to have the draft read a long prompt, and not so much that bad times go unnoticed. */
    private static final double MOST_STEPS = 64;

    private double balance;
    private double mostBalance;
    private boolean lent;

    /** Time has passed with a step of the served model. */
    void passed(double nanos) {
        balance = Math.min(Math.max(balance, mostBalance), balance + MOST_LOSS * nanos);
    }

    /**
     * Whether guesses may be made.
     *
     * @param cost what they take if all are wrong
     * @param step how long a step takes
     */
    boolean affords(double cost, double step) {
        if (!lent) {
            lent = true;
            balance += LOAN_STEPS * step;
        }
        mostBalance = MOST_STEPS * step;
        return cost <= balance;
    }

    /** What guesses have brought, less what they took. */
    void settle(double gain) {
        balance = Math.min(Math.max(balance, mostBalance), balance + gain);
    }
}
