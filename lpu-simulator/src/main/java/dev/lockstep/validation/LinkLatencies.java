package dev.lockstep.validation;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Random;

/**
 * Latencies of a link as they would be measured: a normal distribution with the published mean and deviation, in whole cycles, between the published ends. Programs
 * do not see it: they receive when the slowest vector has arrived.
 */
final class LinkLatencies {
    private final double mean;
    private final double deviation;
    private final int minimum;
    private final int maximum;

    /** What was measured, in cycles. */
    record Summary(double mean, double deviation, int minimum, int maximum) {}

    LinkLatencies(Machine machine) {
        mean = machine.number(Quantity.LATENCY_MEAN);
        deviation = machine.number(Quantity.LATENCY_DEVIATION);
        minimum = machine.whole(Quantity.LATENCY_MINIMUM);
        maximum = machine.whole(Quantity.LATENCY_MAXIMUM);
    }

    Summary sample(long seed, int samples) {
        Random random = new Random(seed);
        double sum = 0;
        double squares = 0;
        int least = Integer.MAX_VALUE;
        int most = Integer.MIN_VALUE;
        for (int sample = 0; sample < samples; sample++) {
            int latency = Math.clamp(Math.round(mean + deviation * random.nextGaussian()), minimum, maximum);
            sum += latency;
            squares += (double) latency * latency;
            least = Math.min(least, latency);
            most = Math.max(most, latency);
        }
        double average = sum / samples;
        return new Summary(average, Math.sqrt(squares / samples - average * average), least, most);
    }
}
