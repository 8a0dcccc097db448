package dev.lockstep.engine.service;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Step;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * Decides what each step computes. Streams join and leave between steps: those that wait for their next token are in every step,
 * prompts fill it up.
 */
final class Scheduler {
    private final Machine machine;
    private final ServiceOptions options;
    private final Step step;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    /** What other threads ask for; guarded by the lock. */
    private final Deque<Runnable> inbox = new ArrayDeque<>();

    private final List<AnswerStream> waiting = new ArrayList<>();
    private final List<AnswerStream> running = new ArrayList<>();
    private final List<AnswerStream> inStep = new ArrayList<>();
    private final StatusBoard board = new StatusBoard();
    private final Thread thread;
    private boolean closing;
    private boolean cancelAll;

    Scheduler(Machine machine, ServiceOptions options) {
        this.machine = machine;
        this.options = options;
        this.step = new Step(machine);
        this.thread = Thread.ofPlatform().name("lockstep-scheduler").start(this::serve);
    }

    void submit(CompletionJob job) {
        lock.lock();
        try {
            if (closing) {
                throw new ServiceClosedException();
            }
            if (board.waiting() >= options.maxWaiting()) {
                board.refused();
                throw new OverloadedException(options.maxWaiting() + " requests wait already", Duration.ofSeconds(5));
            }
            job.onCancel(() -> post(() -> {}));
            board.submitted();
            inbox.add(() -> enqueue(job));
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    <T> CompletableFuture<T> inspect(Function<Machine, T> reading) {
        var future = new CompletableFuture<T>();
        boolean posted = post(() -> {
            try {
                future.complete(reading.apply(machine));
            } catch (RuntimeException fault) {
                future.completeExceptionally(fault);
            }
        });
        if (!posted) {
            future.completeExceptionally(new ServiceClosedException());
        }
        return future;
    }

    ServiceStatus status() {
        return board.status(options);
    }

    void close(Duration grace) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("a listener cannot close its service");
        }
        lock.lock();
        try {
            closing = true;
            news.signal();
        } finally {
            lock.unlock();
        }
        try {
            if (grace.isPositive()) {
                thread.join(grace);
            }
            lock.lock();
            try {
                cancelAll = true;
                news.signal();
            } finally {
                lock.unlock();
            }
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean post(Runnable command) {
        lock.lock();
        try {
            if (closing) {
                return false;
            }
            inbox.add(command);
            news.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void enqueue(CompletionJob job) {
        waiting.addAll(job.streams());
        waiting.sort(Comparator.comparing(stream -> stream.job().priority()));
    }

    private void serve() {
        while (takeNews()) {
            dropCancelled();
            admit();
            if (!running.isEmpty()) {
                runStep();
            }
            board.present(running, waiting);
        }
    }

    /** Executes commands, and waits for some if there is nothing to compute; false when all is done and the service closes. */
    private boolean takeNews() {
        while (true) {
            Runnable command;
            lock.lock();
            try {
                command = inbox.poll();
                if (command == null) {
                    if (cancelAll) {
                        cancelEverything();
                    }
                    if (!running.isEmpty() || !waiting.isEmpty()) {
                        return true;
                    }
                    if (closing) {
                        return false;
                    }
                    news.awaitUninterruptibly();
                    continue;
                }
            } finally {
                lock.unlock();
            }
            command.run();
        }
    }

    private void cancelEverything() {
        running.forEach(stream -> stream.job().cancel());
        waiting.forEach(stream -> stream.job().cancel());
    }

    private void dropCancelled() {
        cancelIn(running);
        cancelIn(waiting);
    }

    private void cancelIn(List<AnswerStream> streams) {
        for (AnswerStream stream : List.copyOf(streams)) {
            if (stream.job().cancelled() && !stream.job().done()) {
                stream.finish(FinishReason.CANCELLED);
                board.ended(stream.job());
            }
        }
        streams.removeIf(stream -> stream.finished() || stream.job().done());
    }

    private void admit() {
        while (!waiting.isEmpty() && running.size() < Math.min(options.maxRunning(), machine.maxStepTokens())) {
            AnswerStream stream = waiting.removeFirst();
            stream.start(machine);
            running.add(stream);
        }
    }

    private void runStep() {
        step.clear();
        inStep.clear();
        for (AnswerStream stream : running) {
            if (stream.decoding()) {
                take(stream, 1);
            }
        }
        for (AnswerStream stream : running) {
            int room = machine.maxStepTokens() - step.size();
            if (!stream.decoding() && room > 0) {
                take(stream, Math.min(room, stream.pending()));
            }
        }
        long start = System.nanoTime();
        try {
            machine.run(step);
        } catch (RuntimeException fault) {
            inStep.forEach(stream -> fail(stream, fault));
            return;
        }
        board.stepped(step.size(), System.nanoTime() - start);
        for (AnswerStream stream : inStep) {
            if (!stream.job().done()) {
                advance(stream);
            }
        }
        running.removeIf(AnswerStream::finished);
    }

    private void take(AnswerStream stream, int count) {
        stream.contribute(step, count);
        inStep.add(stream);
    }

    private void advance(AnswerStream stream) {
        try {
            stream.advance(step);
            board.ended(stream.job());
        } catch (RuntimeException fault) {
            fail(stream, fault);
        }
    }

    private void fail(AnswerStream failed, RuntimeException fault) {
        CompletionJob job = failed.job();
        job.fail(fault instanceof EngineException known ? known : new EngineException(String.valueOf(fault), fault));
        job.streams().forEach(AnswerStream::release);
        running.removeAll(job.streams());
        waiting.removeAll(job.streams());
        board.failed();
    }
}
