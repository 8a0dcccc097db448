package dev.lockstep.engine.service;

import java.time.Duration;

/**
 * What a service knows of itself: counts, and the work that is left, from which it predicts how long a new request would wait. Written
 * by the service's thread, read by any.
 */
final class StatusBoard {
    private static final Duration LEAST_RETRY = Duration.ofSeconds(1);

    private final LoadForecast forecast = new LoadForecast();
    private int open;
    private int running;
    private int waiting;
    private long promptTokensLeft;
    private double answerTokensLeft;
    private long kvBytes;
    private long cachedBytes;
    private long spilledBytes;
    private long kvBytesLimit;
    private long steps;
    private long stepNanos;
    private long readTokens;
    private long chosenTokens;
    private long cachedTokens;
    private long draftedTokens;
    private long acceptedTokens;
    private long completed;
    private long cancelled;
    private long failed;
    private long refused;

    /**
     * Counts a new request in.
     *
     * @throws OverloadedException if it would have to wait too long
     */
    synchronized void submit(CompletionJob job, ServiceOptions options) {
        Duration wait = forecast.forecast(promptTokensLeft, answerTokensLeft);
        if (open >= options.maxRunning() + options.maxWaiting()) {
            refused++;
            throw new OverloadedException(
                    open + " requests are being served or wait already; try again later", retry(wait.dividedBy(open)));
        }
        if (wait.compareTo(options.maxQueueTime()) > 0) {
            refused++;
            throw new OverloadedException(
                    "the requests before this one take about " + wait.toSeconds() + " s, more than the "
                            + options.maxQueueTime().toSeconds() + " s that a request may wait; try again later",
                    retry(wait.minus(options.maxQueueTime())));
        }
        open++;
        promptTokensLeft += job.prompt().length;
        job.expect(forecast.expectedTokens(job.maxTokens()) * job.streams().size());
        answerTokensLeft += job.expectedTokens();
    }

    private static Duration retry(Duration wait) {
        return wait.compareTo(LEAST_RETRY) < 0 ? LEAST_RETRY : wait;
    }

    synchronized void stepped(int read, int chosen, long nanos) {
        steps++;
        stepNanos += nanos;
        readTokens += read;
        chosenTokens += chosen;
        forecast.stepped(read, chosen, nanos);
    }

    /** Counts a request that is done. */
    synchronized void ended(CompletionJob job) {
        leave(job);
        if (job.cancelled()) {
            cancelled++;
        } else {
            completed++;
            for (AnswerStream stream : job.streams()) {
                forecast.answered(stream.answer().length());
            }
        }
    }

    synchronized void failed(CompletionJob job) {
        leave(job);
        failed++;
    }

    private void leave(CompletionJob job) {
        open--;
        promptTokensLeft -= job.prompt().length;
        answerTokensLeft = open == 0 ? 0 : answerTokensLeft - job.expectedTokens();
        cachedTokens += job.cachedTokens();
        draftedTokens += job.drafted();
        acceptedTokens += job.accepted();
    }

    synchronized void present(int nowRunning, int nowWaiting, KvMemory memory) {
        running = nowRunning;
        waiting = nowWaiting;
        kvBytes = memory.takenBytes();
        cachedBytes = memory.cachedBytes();
        spilledBytes = memory.spilledBytes();
        kvBytesLimit = memory.limitBytes();
    }

    synchronized ServiceStatus status() {
        return new ServiceStatus(
                running,
                Math.max(waiting, open - running),
                kvBytes,
                cachedBytes,
                spilledBytes,
                kvBytesLimit,
                steps,
                stepNanos,
                readTokens,
                chosenTokens,
                cachedTokens,
                draftedTokens,
                acceptedTokens,
                completed,
                cancelled,
                failed,
                refused);
    }
}
