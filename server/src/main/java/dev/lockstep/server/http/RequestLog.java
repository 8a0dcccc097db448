package dev.lockstep.server.http;

/** Hears of every request when it is over; from many threads. */
@FunctionalInterface
public interface RequestLog {
    void add(RequestEntry entry);
}
