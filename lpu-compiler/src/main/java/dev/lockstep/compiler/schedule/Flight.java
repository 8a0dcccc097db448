package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Stream;

/**
 * Vectors on their way from a producer to the last consumer.
 *
 * @param cycle in which the first one is driven at {@code from}
 * @param count how many follow one another, {@code interval} cycles apart
 */
public record Flight(Stream stream, int cycle, int from, int to, int count, int interval) {
    Flight later(int cycles) {
        return new Flight(stream, cycle + cycles, from, to, count, interval);
    }
}
