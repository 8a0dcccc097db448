package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import java.util.ArrayList;
import java.util.List;

/** Times steps in which several sequences get a token each, beside steps of one sequence. All begin with nothing before them. */
final class BatchBenchmark {
    private BatchBenchmark() {}

    /** @param sizes numbers of sequences */
    static List<BenchmarkResult.Batch> run(Machine machine, List<Integer> sizes, int steps, int repetitions) {
        if (sizes.isEmpty()) {
            return List.of();
        }
        List<Samples> samples = new ArrayList<>();
        for (int size : sizes) {
            samples.add(new Samples(steps * repetitions));
        }
        Samples single = new Samples(steps * repetitions);
        for (int repetition = 0; repetition < repetitions; repetition++) {
            time(machine, 1, steps, single);
            for (int i = 0; i < sizes.size(); i++) {
                time(machine, sizes.get(i), steps, samples.get(i));
            }
        }
        List<BenchmarkResult.Batch> results = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            double median = samples.get(i).quantile(0.5);
            results.add(new BenchmarkResult.Batch(sizes.get(i), median * 1e3, median / single.quantile(0.5)));
        }
        return results;
    }

    private static void time(Machine machine, int size, int steps, Samples samples) {
        List<Sequence> sequences = new ArrayList<>();
        try {
            for (int i = 0; i < size; i++) {
                sequences.add(machine.open(List.of()));
            }
            var step = new Step(machine);
            for (int round = 0; round < steps; round++) {
                step.clear();
                for (int i = 0; i < size; i++) {
                    step.add(sequences.get(i), (31 * round + i) % machine.vocabularySize(), true);
                }
                long start = System.nanoTime();
                machine.run(step);
                samples.add((System.nanoTime() - start) / 1e9);
            }
        } finally {
            sequences.forEach(Sequence::close);
        }
    }
}
