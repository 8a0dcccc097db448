package dev.lockstep.engine.service;

import java.util.Optional;
import java.util.function.Supplier;

/** A value that is made when it is first asked for, by one thread. What goes wrong then goes wrong again the next time. */
final class Once<T> implements Supplier<T> {
    private final Supplier<T> maker;
    private Optional<T> made = Optional.empty();

    Once(Supplier<T> maker) {
        this.maker = maker;
    }

    @Override
    public synchronized T get() {
        if (made.isEmpty()) {
            made = Optional.of(maker.get());
        }
        return made.get();
    }
}
