package dev.lockstep.host;

import dev.lockstep.host.memory.Libc;
import java.util.BitSet;
import java.util.Optional;

/**
 * A processor for each core of a machine that has as many threads as there are processors. Left to itself the system may run two of them on one
 * processor and let another rest: threads that spin and sleep in turns look as if one were enough for both, and one that is woken
 * is put where it was woken from. Workers are bound; the caller, whose other threads would inherit that, only leaves a worker's processor before a step.
 */
final class Processors {
    private final Libc libc;
    private final BitSet all;
    private final int[] numbers;

    private Processors(Libc libc, BitSet all) {
        this.libc = libc;
        this.all = all;
        this.numbers = all.stream().toArray();
    }

    /** Empty if there are more processors than threads, or fewer, or only one: then the system knows better. */
    static Optional<Processors> of(int threads) {
        Libc libc = new Libc();
        BitSet all = libc.processors();
        return threads > 1 && all.cardinality() == threads ? Optional.of(new Processors(libc, all)) : Optional.empty();
    }

    /** Binds the thread of a worker to its processor. */
    void bind(int core) {
        BitSet own = new BitSet();
        own.set(numbers[core]);
        libc.bind(own);
    }

    /** Moves the caller, which is core 0, to where no worker is. */
    void leaveWorkers() {
        if (libc.processor() != numbers[0]) {
            bind(0);
            libc.bind(all);
        }
    }
}
