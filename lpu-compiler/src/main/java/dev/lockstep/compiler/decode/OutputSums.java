package dev.lockstep.compiler.decode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A matrix whose outputs are summed over the chips of the stage: blocks of outputs, one in each plane at a time. */
final class OutputSums {
    private final Scheduler scheduler;
    private final Arrays arrays;
    private final Sums sums;
    private final Constants constants;
    private final Layout layout;
    private long end;

    OutputSums(Scheduler scheduler, Arrays arrays, Sums sums, Constants constants, Layout layout) {
        this.scheduler = scheduler;
        this.arrays = arrays;
        this.sums = sums;
        this.constants = constants;
        this.layout = layout;
    }

    /**
     * Places products, sums and the new residual.
     *
     * @param rows that are multiplied, one after the other
     * @param available keys from which on they can be read
     * @return how the new residual was sent
     */
    List<Sums.Sent> place(
            Contents.Matrix matrix, int blocks, int groups, List<Place> rows, long[] available, long earliest) {
        return place(matrix, blocks, groups, rows, available, earliest, passes -> null, sweep -> {});
    }

    /**
     * @param chosen from the passes, which experts' weights they read
     * @param noted notes where these lie
     */
    List<Sums.Sent> place(
            Contents.Matrix matrix,
            int blocks,
            int groups,
            List<Place> rows,
            long[] available,
            long earliest,
            Function<List<Sweep.Pass>, Experts.@Nullable Passes> chosen,
            Consumer<Sweep> noted) {
        int planes = arrays.planes().size();
        int rounds = Math.ceilDiv(blocks, planes);
        // Links take two vectors for each block.
        long pace = 2L * scheduler.geometry().vectorCycles * planes / sums.together() / rows.size();
        List<Sweep.Pass> passes = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            int used = Math.min(planes, blocks - planes * round);
            for (int row = 0; row < rows.size(); row++) {
                List<Integer> perPlane = new ArrayList<>();
                for (int plane = 0; plane < planes; plane++) {
                    perPlane.add(plane < used ? row : -1);
                }
                passes.add(new Sweep.Pass(
                        groups,
                        perPlane,
                        Sweep.outputs(planes * round, planes),
                        round % 2,
                        row == rows.size() - 1,
                        pace));
            }
        }
        int scales = layout.constant();
        for (int block = 1; block < blocks; block++) {
            layout.constant();
        }
        Experts.Passes experts = chosen.apply(passes);
        Sweep sweep = new Sweep(arrays, scheduler, layout, matrix, passes, rows, experts);
        noted.accept(sweep);
        List<Sweep.Sums> results = sweep.place(available, earliest);
        end = sweep.end();
        List<List<Sums.Sent>> scattered = new ArrayList<>();
        int together = Math.max(1, Sums.MOST_PARTS / planes);
        for (int round = 0; round < rounds; round += together) {
            scatter(results.subList(round, Math.min(rounds, round + together)), planes * round, scales, scattered);
        }
        return sums.finish(scattered);
    }

    /** Key from which on the arrays are free. */
    long end() {
        return end;
    }

    /** As many blocks at a time as are summed together. */
    private void scatter(List<Sweep.Sums> results, int firstBlock, int scales, List<List<Sums.Sent>> scattered) {
        List<Integer> blocks = new ArrayList<>();
        List<Sums.Part> parts = new ArrayList<>();
        for (Sweep.Sums result : results) {
            for (Map.Entry<Plane, Integer> entry : result.labels().entrySet()) {
                int block = firstBlock + parts.size();
                blocks.add(block);
                parts.add(part(result, entry.getKey(), entry.getValue(), scales + block));
            }
        }
        for (int first = 0; first < parts.size(); first += sums.together()) {
            int end = Math.min(parts.size(), first + sums.together());
            scattered.add(sums.scatter(blocks.subList(first, end), parts.subList(first, end)));
        }
    }

    private Sums.Part part(Sweep.Sums result, Plane plane, int label, int scale) {
        return new Sums.Part() {
            @Override
            public long ready() {
                return scheduler.geometry().taken(result.w()) + scheduler.geometry().alu;
            }

            @Override
            public Kept place(long until) {
                return constants.scaled(plane, label, result.w(), scale, until);
            }
        };
    }
}
