package dev.lockstep.engine;

import dev.lockstep.graph.machine.Machine;
import dev.lockstep.graph.machine.Sequence;
import dev.lockstep.graph.machine.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Times steps in which several sequences get a token each, in turn with steps of one sequence, so that whatever disturbs the machine disturbs all
 * of them. All begin with nothing before them.
 */
final class BatchBenchmark {
    private BatchBenchmark() {}

    /** @param sizes numbers of sequences */
    static List<BenchmarkResult.Batch> run(Machine machine, List<Integer> sizes, int steps, int repetitions) {
        if (sizes.isEmpty()) {
            return List.of();
        }
        int rounds = steps * repetitions;
        List<Samples> seconds = sizes.stream().map(_ -> new Samples(rounds)).toList();
        List<Samples> ratios = sizes.stream().map(_ -> new Samples(rounds)).toList();
        double[] round = new double[sizes.size()];
        for (int repetition = 0; repetition < repetitions; repetition++) {
            var single = new Sequences(machine, 1);
            List<Sequences> several =
                    sizes.stream().map(size -> new Sequences(machine, size)).toList();
            try {
                double before = single.step();
                for (int i = 0; i < steps; i++) {
                    for (int size = 0; size < round.length; size++) {
                        round[size] = several.get(size).step();
                    }
                    double after = single.step();
                    for (int size = 0; size < round.length; size++) {
                        seconds.get(size).add(round[size]);
                        ratios.get(size).add(round[size] / ((before + after) / 2));
                    }
                    before = after;
                }
            } finally {
                Stream.concat(Stream.of(single), several.stream()).forEach(Sequences::close);
            }
        }
        List<BenchmarkResult.Batch> results = new ArrayList<>();
        for (int size = 0; size < round.length; size++) {
            results.add(new BenchmarkResult.Batch(
                    sizes.get(size),
                    seconds.get(size).quantile(0.5) * 1e3,
                    ratios.get(size).quantile(0.5)));
        }
        return results;
    }

    /** Sequences that get a token each in every step. */
    private static final class Sequences implements AutoCloseable {
        private final Machine machine;
        private final List<Sequence> sequences = new ArrayList<>();
        private final Step step;
        private int steps;

        Sequences(Machine machine, int size) {
            this.machine = machine;
            this.step = new Step(machine);
            for (int i = 0; i < size; i++) {
                sequences.add(machine.open(List.of()));
            }
        }

        /** Returns the seconds that a step took. */
        double step() {
            step.clear();
            for (int i = 0; i < sequences.size(); i++) {
                step.add(sequences.get(i), (31 * steps + i) % machine.vocabularySize(), true);
            }
            steps++;
            long start = System.nanoTime();
            machine.run(step);
            return (System.nanoTime() - start) / 1e9;
        }

        @Override
        public void close() {
            sequences.forEach(Sequence::close);
        }
    }
}
