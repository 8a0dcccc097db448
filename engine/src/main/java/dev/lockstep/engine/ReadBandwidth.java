package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.host.HostMachine;

/**
 * What decoding is compared with: the same weights, read by the same threads between tokens and nothing else done. On shared computers bandwidth
 * changes from second to second, so each few tokens are set beside the readings right before and after them.
 */
final class ReadBandwidth {
    /** Tokens between readings: reading once more takes an eighth of their time. */
    private static final int GROUP = 8;

    private final Machine machine;
    private final Samples bandwidths;
    private final Samples shares;
    private double before;
    private double seconds;
    private long bytes;
    private int tokens;

    /** @param options of the benchmark whose tokens are to come */
    ReadBandwidth(Machine machine, BenchmarkOptions options) {
        int groups = options.repetitions() * ((options.generatedTokens() + GROUP - 1) / GROUP);
        this.machine = machine;
        this.bandwidths = new Samples(options.repetitions() + groups);
        this.shares = new Samples(groups);
    }

    /** A text's tokens are to come. */
    void begin() {
        before = read();
    }

    /** A token took so long, and read so much. */
    void add(double duration, long bytesRead) {
        seconds += duration;
        bytes += bytesRead;
        tokens++;
        if (tokens == GROUP) {
            end();
        }
    }

    /** A text has ended. */
    void end() {
        if (tokens > 0) {
            double after = read();
            shares.add(bytes / seconds / ((before + after) / 2));
            before = after;
            seconds = 0;
            bytes = 0;
            tokens = 0;
        }
    }

    /** The median, in bytes per second; NaN if the machine does not read packed weights. */
    double median() {
        return bandwidths.quantile(0.5);
    }

    /** The median of what groups of tokens read, as a share of what was read beside them. */
    double share() {
        return shares.quantile(0.5);
    }

    private double read() {
        if (!(machine instanceof HostMachine host)) {
            return Double.NaN;
        }
        long start = System.nanoTime();
        long bytes = host.readWeights();
        double bandwidth = bytes * 1e9 / (System.nanoTime() - start);
        bandwidths.add(bandwidth);
        return bandwidth;
    }
}
