package dev.lockstep.engine.service;

import java.time.Duration;

/**
 * How to serve.
 *
 * @param maxRunning most texts that are computed at the same time (a request for several choices counts as several)
 * @param maxWaiting most requests that wait for their turn
 * @param maxQueueTime a request that would have to wait longer than this, by prediction, is refused
 * @param kvBytes most memory for KV caches of running requests and shared prefixes
 * @param stallTime how long a step that reads prompts may take while others wait for their next token
 * @param speculation whether to guess tokens ahead where a text repeats itself; never changes an answer
 */
public record ServiceOptions(
        int maxRunning, int maxWaiting, Duration maxQueueTime, long kvBytes, Duration stallTime, boolean speculation) {
    /** 16 texts at a time, 256 waiting, at most 10 minutes; 2 GiB; steps of at most 150 ms; with speculation. */
    public static final ServiceOptions DEFAULT =
            new ServiceOptions(16, 256, Duration.ofMinutes(10), 2L << 30, Duration.ofMillis(150), true);

    public ServiceOptions {
        if (maxRunning < 1 || maxWaiting < 0 || kvBytes < 0 || maxQueueTime.isNegative() || stallTime.isNegative()) {
            throw new IllegalArgumentException("a service runs one text at least, and its limits are not negative: "
                    + maxRunning + ", " + maxWaiting + ", " + kvBytes + ", " + maxQueueTime + ", " + stallTime);
        }
    }

    public ServiceOptions withMaxRunning(int maxRunning) {
        return new ServiceOptions(maxRunning, maxWaiting, maxQueueTime, kvBytes, stallTime, speculation);
    }

    public ServiceOptions withMaxWaiting(int maxWaiting) {
        return new ServiceOptions(maxRunning, maxWaiting, maxQueueTime, kvBytes, stallTime, speculation);
    }

    public ServiceOptions withMaxQueueTime(Duration maxQueueTime) {
        return new ServiceOptions(maxRunning, maxWaiting, maxQueueTime, kvBytes, stallTime, speculation);
    }

    public ServiceOptions withKvBytes(long kvBytes) {
        return new ServiceOptions(maxRunning, maxWaiting, maxQueueTime, kvBytes, stallTime, speculation);
    }

    public ServiceOptions withStallTime(Duration stallTime) {
        return new ServiceOptions(maxRunning, maxWaiting, maxQueueTime, kvBytes, stallTime, speculation);
    }

    public ServiceOptions withSpeculation(boolean speculation) {
        return new ServiceOptions(maxRunning, maxWaiting, maxQueueTime, kvBytes, stallTime, speculation);
    }
}
