package dev.lockstep.engine.service;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How to serve.
 *
 * @param maxRunning most texts that are computed at the same time (a request for several choices counts as several)
 * @param maxWaiting most requests that wait for their turn
 * @param maxQueueTime a request that would have to wait longer than this, by prediction, is refused
 * @param kvBytes most memory for KV caches of running requests and shared prefixes; {@link #ENOUGH} takes what is usual and there
 * @param spill where KV blocks go that have no room in memory; nowhere if empty: they are forgotten
 * @param stallTime how long a step that reads prompts may take while others wait for their next token
 * @param speculation whether to guess tokens ahead; never changes an answer
 */
public record ServiceOptions(
        int maxRunning,
        int maxWaiting,
        Duration maxQueueTime,
        long kvBytes,
        Optional<Spill> spill,
        Duration stallTime,
        boolean speculation) {
    /** Of {@link #kvBytes}: 2 GiB, but no more than half of the memory that is free at the start. */
    public static final long ENOUGH = -1;

    /**
     * A file for KV blocks, which is deleted when the service ends.
     *
     * @param bytes its most bytes
     */
    public record Spill(Path directory, long bytes) {}

    /** 16 texts at a time, 256 waiting, at most 10 minutes; enough memory; steps of at most 150 ms; with speculation. */
    public static final ServiceOptions DEFAULT =
            new ServiceOptions(16, 256, Duration.ofMinutes(10), ENOUGH, Optional.empty(), Duration.ofMillis(150), true);

    public ServiceOptions {
        if (maxRunning < 1
                || maxWaiting < 0
                || kvBytes < ENOUGH
                || maxQueueTime.isNegative()
                || stallTime.isNegative()
                || spill.isPresent() && spill.get().bytes() < 0) {
            throw new IllegalArgumentException("a service runs one text at least, and its limits are not negative: "
                    + maxRunning + ", " + maxWaiting + ", " + kvBytes + ", " + maxQueueTime + ", " + stallTime
                    + spill.map(file -> ", " + file.bytes()).orElse(""));
        }
    }

    public ServiceOptions withMaxRunning(int maxRunning) {
        return changed(options -> options.maxRunning = maxRunning);
    }

    public ServiceOptions withMaxWaiting(int maxWaiting) {
        return changed(options -> options.maxWaiting = maxWaiting);
    }

    public ServiceOptions withMaxQueueTime(Duration maxQueueTime) {
        return changed(options -> options.maxQueueTime = maxQueueTime);
    }

    public ServiceOptions withKvBytes(long kvBytes) {
        return changed(options -> options.kvBytes = kvBytes);
    }

    public ServiceOptions withSpill(Path directory, long bytes) {
        return changed(options -> options.spill = Optional.of(new Spill(directory, bytes)));
    }

    public ServiceOptions withStallTime(Duration stallTime) {
        return changed(options -> options.stallTime = stallTime);
    }

    public ServiceOptions withSpeculation(boolean speculation) {
        return changed(options -> options.speculation = speculation);
    }

    private ServiceOptions changed(Consumer<Changes> change) {
        var changes = new Changes(this);
        change.accept(changes);
        return changes.options();
    }

    private static final class Changes {
        private int maxRunning;
        private int maxWaiting;
        private Duration maxQueueTime;
        private long kvBytes;
        private Optional<Spill> spill;
        private Duration stallTime;
        private boolean speculation;

        Changes(ServiceOptions options) {
            maxRunning = options.maxRunning;
            maxWaiting = options.maxWaiting;
            maxQueueTime = options.maxQueueTime;
            kvBytes = options.kvBytes;
            spill = options.spill;
            stallTime = options.stallTime;
            speculation = options.speculation;
        }

        ServiceOptions options() {
            return new ServiceOptions(maxRunning, maxWaiting, maxQueueTime, kvBytes, spill, stallTime, speculation);
        }
    }
}
