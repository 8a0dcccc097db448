package dev.lockstep.server.metrics;

import java.util.concurrent.atomic.DoubleAdder;

/** A number that only grows. */
public final class Counter {
    private final DoubleAdder sum = new DoubleAdder();

    Counter() {}

    public void add(double amount) {
        sum.add(amount);
    }

    double value() {
        return sum.sum();
    }
}
