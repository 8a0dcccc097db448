package dev.lockstep.engine.service;

import java.util.List;

/** The counts of a service: written by its thread, read by any. */
final class StatusBoard {
    private int running;
    private int waiting;
    private long steps;
    private long stepNanos;
    private long computedTokens;
    private long completed;
    private long cancelled;
    private long failed;
    private long refused;

    synchronized int waiting() {
        return waiting;
    }

    synchronized void submitted() {
        waiting++;
    }

    synchronized void refused() {
        refused++;
    }

    synchronized void failed() {
        failed++;
    }

    synchronized void stepped(int tokens, long nanos) {
        steps++;
        stepNanos += nanos;
        computedTokens += tokens;
    }

    /** Counts a request if it is done. */
    synchronized void ended(CompletionJob job) {
        if (job.done()) {
            if (job.cancelled()) {
                cancelled++;
            } else {
                completed++;
            }
        }
    }

    synchronized void present(List<AnswerStream> nowRunning, List<AnswerStream> nowWaiting) {
        running = (int) nowRunning.stream().map(AnswerStream::job).distinct().count();
        waiting = (int) nowWaiting.stream().map(AnswerStream::job).distinct().count();
    }

    synchronized ServiceStatus status(ServiceOptions options) {
        return new ServiceStatus(
                running,
                waiting,
                0,
                0,
                options.kvBytes(),
                steps,
                stepNanos,
                computedTokens,
                0,
                0,
                0,
                0,
                completed,
                cancelled,
                failed,
                refused);
    }
}
