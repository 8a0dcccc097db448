package dev.lockstep.host.kernel;

import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.IrFunction;
import dev.lockstep.host.ir.IrModule;
import dev.lockstep.host.ir.Type;
import java.util.List;

/**
 * How cores wait for each other inside native code: they spin, and after a while sleep. A spinning core costs power, a sleeping one tens of
 * microseconds to wake. Within a step who waits longer than any imbalance takes waits for a core that the operating system has taken away,
 * and only keeps it from coming back; between steps a machine that nobody talks to must sleep.
 */
public final class Synchronization {
    /**
     * Rounds of spinning before a core sleeps, 90 to 200 microseconds: longer than any phase's imbalance should be, and than it takes to wake. Who slept
     * is late, and others wait for it; if they slept, too, sleep would bring forth sleep.
     */
    private static final int PATIENCE = 4000;

    /** Multiply-adds in a phase for which it spins a round longer: phases of many tokens take milliseconds, and their imbalance is a part of that. */
    private static final int PRODUCTS_OF_ROUND = 60_000;

    /** What it is halved to at last: more than a barrier takes among cores that arrive together, so that it can be restored. */
    private static final int LEAST_PATIENCE = 60;

    /** Linux futex operations, private to the process. */
    private static final int FUTEX_WAIT = 128;

    private static final int FUTEX_WAKE = 129;

    /** Nanoseconds after which a core that sleeps at a barrier looks again: who came there may have missed it. */
    private static final long LONGEST_SLEEP = 1_000_000;

    /** Bytes of a cache line. */
    private static final long LINE = 64;

    private Synchronization() {}

    /** Bytes of what {@link #barrier} needs for so many cores, on a cache line's boundary. */
    public static long arrivalBytes(int cores) {
        return LINE * cores;
    }

    /**
     * {@code void (ptr arrivals, i64 core, ptr sleepers, i64 cores, ptr patience)}: returns when all cores have called it. {@code arrivals} has a cache line for
     * each core, with an i32 that counts the barriers to which it has come, 0 at the start; {@code sleepers} may count who sleeps elsewhere, too. {@code patience}
     * are the core's own two i64, see {@link #rest}: the first is halved where spinning was in vain, as it is each time when cores share a processor, and restored
     * to the second where it was not.
     *
     * <p>A core writes its own line and reads those of others: a line travels twice, where a counter of all cores and a word to wait for travelled four times. Nor does it
     * wait until others see its count before it looks for sleepers, so that it may miss one; who sleeps here looks again after a while.
     */
    public static String barrier(IrModule module, Simd simd) {
        return module.function("barrier", List.of(Type.PTR, Type.I64, Type.PTR, Type.I64, Type.PTR), f -> {
            Ir core = f.parameter(1);
            Ir sleepers = f.parameter(2);
            Ir cores = f.parameter(3);
            f.returnIf(f.icmp("eq", cores, Ir.i64(1)));
            Ir own = arrivals(f, core);
            Ir before = f.load(Type.I32, own);
            f.storeRelease(f.add(before, Ir.constant(Type.I32, 1)), own);
            wake(f, simd, own, sleepers);
            Ir patience = f.load(Type.I64, f.parameter(4));
            Ir rounds = f.alloca(8);
            f.store(Ir.i64(0), rounds);
            Ir timeout = f.alloca(2 * Long.BYTES);
            f.store(Ir.i64(0), timeout);
            f.store(Ir.i64(LONGEST_SLEEP), f.offset(timeout, Long.BYTES));
            // A core finds itself there. Another may have come to the next barrier already, but to none after that.
            f.loop(
                    Ir.i64(0),
                    cores,
                    1,
                    other -> spinThenSleep(
                            f, simd, arrivals(f, other), before, sleepers, new Wait(patience, rounds, timeout)));
            Ir waited = f.load(Type.I64, rounds);
            f.ifThen(f.icmp("ne", waited, Ir.i64(0)), () -> {
                Ir half = f.lshr(patience, 1);
                Ir less = f.select(f.icmp("slt", half, Ir.i64(LEAST_PATIENCE)), Ir.i64(LEAST_PATIENCE), half);
                Ir rested = f.load(Type.I64, f.parameter(4), Long.BYTES);
                f.store(f.select(f.icmp("sge", waited, patience), less, rested), f.parameter(4));
            });
        });
    }

    private static Ir arrivals(IrFunction f, Ir core) {
        return f.offset(f.parameter(0), f.mul(core, Ir.i64(LINE)));
    }

    /**
     * The patience of a core that begins a step of so many tokens: room for two i64, for {@link #barrier}.
     *
     * @param products multiply-adds of a phase for a token
     */
    public static Ir rest(IrFunction f, Ir tokens, long products) {
        Ir patience = f.alloca(2 * Long.BYTES);
        Ir rested = f.add(Ir.i64(PATIENCE), f.mul(tokens, Ir.i64(products / PRODUCTS_OF_ROUND)));
        f.store(rested, patience);
        f.store(rested, f.offset(patience, Long.BYTES));
        return patience;
    }

    /**
     * {@code void (ptr context, i64 core)}: what the threads beside the caller's run for the life of a machine: wait for a step, run
     * the function at {@code entry}, wait again; return when {@code entry} is null.
     */
    public static void worker(IrModule module, Simd simd, String name, Words words) {
        module.publicFunction(name, List.of(Type.PTR, Type.I64), f -> {
            Ir context = f.parameter(0);
            Ir generation = f.offset(context, words.generation);
            Ir sleepers = f.offset(context, words.sleepers);
            Ir steps = f.alloca(4);
            f.store(Ir.constant(Type.I32, 0), steps);
            f.loopWhile(() -> new Ir(Type.I1, "true"), () -> {
                Ir seen = f.load(Type.I32, steps);
                Ir rounds = f.alloca(8);
                f.store(Ir.i64(0), rounds);
                spinThenSleep(
                        f, simd, generation, seen, sleepers, new Wait(Ir.i64(PATIENCE), rounds, Ir.zero(Type.PTR)));
                f.store(f.add(seen, Ir.constant(Type.I32, 1)), steps);
                Ir entry = f.load(Type.PTR, context, words.entry);
                f.returnIf(f.icmp("eq", entry, Ir.zero(Type.PTR)));
                f.callPointer(entry, context, f.parameter(1));
            });
        });
    }

    /** {@code void (ptr context)}: runs the function at {@code entry} on the caller as core 0 and on all workers. */
    public static void starter(IrModule module, Simd simd, String name, Words words) {
        module.publicFunction(name, List.of(Type.PTR), f -> {
            Ir context = f.parameter(0);
            advance(f, simd, f.offset(context, words.generation), f.offset(context, words.sleepers));
            Ir entry = f.load(Type.PTR, context, words.entry);
            f.returnIf(f.icmp("eq", entry, Ir.zero(Type.PTR)));
            f.callPointer(entry, context, Ir.i64(0));
        });
    }

    /**
     * Where the words for starting steps lie in a context.
     *
     * @param generation i32 that counts steps, 0 before the first
     * @param sleepers i32 that counts sleeping cores
     * @param entry pointer to the step's function {@code void (ptr context, i64 core)}
     */
    public record Words(long generation, long sleepers, long entry) {}

    /** Counts a generation on, and wakes who sleeps until then. */
    private static void advance(IrFunction f, Simd simd, Ir generation, Ir sleepers) {
        f.atomic("add", generation, Ir.constant(Type.I32, 1));
        // Either we see a sleeper here, or it sees the new generation and does not fall asleep.
        f.fence();
        wake(f, simd, generation, sleepers);
    }

    private static void wake(IrFunction f, Simd simd, Ir word, Ir sleepers) {
        f.ifThen(
                f.icmp("ne", f.loadAcquire(Type.I32, sleepers), Ir.constant(Type.I32, 0)),
                () -> futex(f, simd, word, FUTEX_WAKE, Ir.constant(Type.I32, Integer.MAX_VALUE), Ir.zero(Type.PTR)));
    }

    /**
     * How a core waits.
     *
     * @param patience rounds of spinning before it sleeps
     * @param rounds an i64 that counts them: {@code patience} or more if it slept
     * @param timeout address of the time after which it looks again whether it still has to sleep; null for none
     */
    private record Wait(Ir patience, Ir rounds, Ir timeout) {}

    /** Returns when the word is no longer {@code current}. */
    private static void spinThenSleep(IrFunction f, Simd simd, Ir word, Ir current, Ir sleepers, Wait wait) {
        f.loopWhile(() -> f.icmp("eq", f.loadAcquire(Type.I32, word), current), () -> {
            simd.pause(f);
            Ir round = f.add(f.load(Type.I64, wait.rounds), Ir.i64(1));
            f.store(round, wait.rounds);
            f.ifThen(f.icmp("sge", round, wait.patience), () -> {
                f.atomic("add", sleepers, Ir.constant(Type.I32, 1));
                futex(f, simd, word, FUTEX_WAIT, current, wait.timeout);
                f.atomic("sub", sleepers, Ir.constant(Type.I32, 1));
            });
        });
    }

    private static void futex(IrFunction f, Simd simd, Ir word, int operation, Ir value, Ir timeout) {
        long number = switch (simd.target().architecture()) {
            case X86_64 -> 202;
            case AARCH64 -> 98;
        };
        f.callVariadic("syscall", Type.I64, Ir.i64(number), word, Ir.constant(Type.I32, operation), value, timeout);
    }
}
