package dev.lockstep.compiler.bound;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.compiler.partition.LayerShard;
import dev.lockstep.compiler.partition.Matrix;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Piece;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Cycles that one token of one user takes at least, for any schedule of a given partition. Everything that can overlap is taken to
 * overlap fully: the weights before a sum, the sum's vectors on the links and the weights after it count as the longest of the
 * three. What depends on one another adds: hops from vector unit to vector unit, passes through arrays, and chains of operations, of the
 * recipes that the schedules of this compiler follow (the longest path of dependencies with nothing in its way).
 */
public final class LowerBound {
    /** Dependent passes through arrays: projections, scores, their offset, values, output; gate and up, down. */
    private static final int ARRAY_PASSES = 7;

    /** Dependent operations of the vector unit beside sums: scale, rotate, softmax, normalise, gate. */
    private static final int OPERATIONS = 38;

    /** Of latent attention beside: queries from their latent form, values from the latent context. */
    private static final int LATENT_PASSES = 2;

    /** Of choosing experts: the router, and the array that tells where the chosen ones lie; ranks, and what is between. */
    private static final int CHOICE_PASSES = 2;

    private static final int CHOICE_OPERATIONS = 16;

    private final Map<BoundTerm, Long> terms;

    private LowerBound(Map<BoundTerm, Long> terms) {
        this.terms = Collections.unmodifiableMap(terms);
    }

    /** Of the form of sums that allows most, whichever was taken. */
    public static LowerBound of(Question question, Partition partition) {
        return Stream.of(SumForm.values())
                .filter(form ->
                        form.possible(question.machine(), question.topology(), question.chips(), partition.tensor()))
                .map(form -> ofForm(question, partition.with(form)))
                .min(Comparator.comparingLong(LowerBound::cycles))
                .orElseThrow();
    }

    private static LowerBound ofForm(Question question, Partition partition) {
        Counter counter = new Counter(question, partition);
        for (int layer = 0; layer < question.model().layers().size(); layer++) {
            counter.layer(layer);
        }
        counter.pipeline();
        counter.ends();
        return new LowerBound(counter.terms);
    }

    public Map<BoundTerm, Long> terms() {
        return terms;
    }

    public long cycles() {
        return terms.values().stream().mapToLong(Long::longValue).sum();
    }

    /** The term that takes most. */
    public BoundTerm binding() {
        return Collections.max(terms.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    private static final class Counter {
        private final Question question;
        private final Partition partition;
        private final Machine machine;
        private final ModelSizes model;
        private final SumCost sum;
        private final PhaseLatency phases;
        /** The last piece of each layer's feed-forward half: no other has more to do. */
        private final List<Piece> experts;

        private final Map<BoundTerm, Long> terms = new EnumMap<>(BoundTerm.class);

        Counter(Question question, Partition partition) {
            this.question = question;
            this.partition = partition;
            machine = question.machine();
            model = question.model();
            sum = partition.sum(question);
            phases = PhaseLatency.of(machine);
            experts = partition.pieces().stream()
                    .filter(piece -> !piece.attends() && piece.completes())
                    .toList();
            for (BoundTerm term : BoundTerm.values()) {
                terms.put(term, 0L);
            }
        }

        void layer(int index) {
            LayerShard shard = shard(index);
            boolean shared = partition.split() == HeadSplit.BY_CONTEXT && partition.tensor() > 1;
            Piece piece = experts.get(index);
            // Beside the hops of the pipeline, the residual passes to other chips of the node on its way from part to
            // part.
            hops(2 * sum.hops() + (shared ? 1 : 0) + piece.parts() - 1);
            boolean routed = model.layers().get(index).feedForward().routed();
            around(stream(shard.output()), stream(routed ? shard.router() : shard.gateUp()));
            around(stream(shard.down()), stream(shard.input()));
            add(BoundTerm.CACHE, shard.cache().leastCycles(machine, shard.positions()));
            add(BoundTerm.ARRAYS, (long) ARRAY_PASSES * phases.array());
            if (model.layers().get(index).attention() instanceof AttentionSizes.Latent) {
                add(BoundTerm.ARRAYS, (long) LATENT_PASSES * phases.array());
            }
            // A sum doubles what it has added with each operation, and widens, narrows and adds the residual.
            int additions =
                    2 * (32 - Integer.numberOfLeadingZeros(Math.max(1, partition.tensor() - 1)) + 2 * sum.hops() - 1);
            add(BoundTerm.VECTORS, (long) (OPERATIONS + additions) * phases.alu() + phases.turn());
            if (routed) {
                // Weights of experts are not known before all of the sum is: nothing of it hides them.
                add(BoundTerm.WEIGHTS, stream(shard.gateUp()));
                add(BoundTerm.ARRAYS, (long) CHOICE_PASSES * phases.array());
                add(BoundTerm.VECTORS, (long) CHOICE_OPERATIONS * phases.alu() + phases.turn());
            }
        }

        /** Values of two bytes need two vectors on the same link, so that each hop takes one vector more than its latency. */
        private void hops(long hops) {
            add(BoundTerm.HOPS, hops * phases.hop());
            add(BoundTerm.LINKS, hops * machine.whole(Quantity.VECTOR_CYCLES));
        }

        /** Weights before a sum, its vectors, and weights after it: all three can overlap. */
        private void around(long before, long after) {
            long weights = Math.max(before, after);
            long links = sum.linkCycles(machine);
            add(links > weights ? BoundTerm.LINKS : BoundTerm.WEIGHTS, Math.max(links, weights));
        }

        void pipeline() {
            hops((partition.stages() - 1L) * sum.onward());
        }

        void ends() {
            Matrix head = new Matrix(model.width(), Math.ceilDiv(model.vocabulary(), partition.tensor()));
            add(
                    BoundTerm.HEAD,
                    stream(head)
                            + phases.array()
                            + Turnaround.of(question, partition).cycles());
        }

        private LayerShard shard(int index) {
            return LayerShard.of(
                    model.width(),
                    model.layers().get(index),
                    partition.tensor(),
                    partition.split(),
                    question.context(),
                    experts.get(index));
        }

        private long stream(Matrix matrix) {
            return matrix.streamCycles(machine, partition.precision());
        }

        private void add(BoundTerm term, long cycles) {
            terms.merge(term, cycles, Long::sum);
        }
    }
}
