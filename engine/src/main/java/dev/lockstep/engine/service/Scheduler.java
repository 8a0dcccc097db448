package dev.lockstep.engine.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/** The thread that runs the machine: takes what other threads ask for between two steps. */
final class Scheduler {
    private final ServiceOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    /** What other threads ask for; guarded by the lock. */
    private final Deque<Runnable> inbox = new ArrayDeque<>();

    private final StatusBoard board;
    private final Batch batch;
    private final Thread thread;
    private boolean closing;
    private boolean cancelAll;
    private boolean cancellations;

    Scheduler(Batch batch, StatusBoard board, ServiceOptions options) {
        this.options = options;
        this.board = board;
        this.batch = batch;
        this.thread = Thread.ofPlatform()
                .daemon() // a program that forgets to close its service ends all the same
                .name("lockstep-scheduler")
                .start(this::serve);
    }

    void submit(CompletionJob job) {
        lock.lock();
        try {
            if (closing) {
                throw new ServiceClosedException();
            }
            board.submit(job, options);
            job.onCancel(this::noteCancellation);
            inbox.add(() -> batch.add(job));
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    void submit(EmbeddingJob job) {
        lock.lock();
        try {
            if (closing) {
                throw new ServiceClosedException();
            }
            inbox.add(() -> batch.add(job));
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Does something between two steps. */
    <T> CompletableFuture<T> inspect(Function<Batch, T> reading) {
        var future = new CompletableFuture<T>();
        lock.lock();
        try {
            if (closing) {
                future.completeExceptionally(new ServiceClosedException());
                return future;
            }
            inbox.add(() -> {
                try {
                    future.complete(reading.apply(batch));
                } catch (RuntimeException fault) {
                    future.completeExceptionally(fault);
                }
            });
            news.signal();
            return future;
        } finally {
            lock.unlock();
        }
    }

    /** The same, and waits for it. */
    <T> T ask(Function<Batch, T> question) {
        try {
            return inspect(question).join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof RuntimeException known ? known : failed;
        }
    }

    ServiceStatus status() {
        return board.status();
    }

    /** Takes no more requests; those at hand have {@code grace} to complete. */
    void close(Duration grace) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("a listener cannot close its service");
        }
        try {
            setClosing(false);
            if (grace.isPositive()) {
                thread.join(grace);
            }
            setClosing(true);
            thread.join();
        } catch (InterruptedException interrupted) {
            setClosing(true);
            Thread.currentThread().interrupt();
        }
    }

    private void setClosing(boolean cancelAll) {
        lock.lock();
        try {
            closing = true;
            this.cancelAll = cancelAll;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    private void noteCancellation() {
        lock.lock();
        try {
            cancellations = true;
            news.signal();
        } finally {
            lock.unlock();
        }
    }

    private void serve() {
        try {
            while (takeNews()) {
                batch.step();
            }
        } catch (Error fatal) { // such as a heap that is full: nobody is to wait for an answer that will not come
            setClosing(true);
            batch.failAll(fatal);
            throw fatal;
        } finally {
            batch.close();
        }
    }

    /** Does what was asked for, and waits if there is nothing to compute; false when all is done and the service closes. */
    private boolean takeNews() {
        while (true) {
            Runnable command;
            boolean drop;
            boolean dropAll;
            lock.lock();
            try {
                while (inbox.isEmpty() && !closing && !cancellations && batch.isEmpty()) {
                    news.awaitUninterruptibly();
                }
                command = inbox.poll();
                drop = cancellations;
                dropAll = cancelAll;
                cancellations = false;
                if (command == null && closing && batch.isEmpty()) {
                    return false;
                }
            } finally {
                lock.unlock();
            }
            if (command != null) {
                command.run();
            }
            if (dropAll) {
                batch.cancelAll();
            }
            if (drop || dropAll) {
                batch.dropCancelled();
            }
            if (command == null && !batch.isEmpty()) {
                return true;
            }
        }
    }
}
