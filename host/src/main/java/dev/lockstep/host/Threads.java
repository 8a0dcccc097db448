package dev.lockstep.host;

import java.util.List;

/** Waiting for threads that end by themselves. */
final class Threads {
    private Threads() {}

    /** Waits for all, and leaves an interruption to the caller. */
    static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
