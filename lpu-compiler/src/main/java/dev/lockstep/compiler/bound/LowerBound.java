package dev.lockstep.compiler.bound;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.compiler.partition.LayerShard;
import dev.lockstep.compiler.partition.Matrix;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Cycles that one token of one user takes at least, for any schedule of a given partition. Everything that can overlap is taken to
 * overlap fully: the weights before a sum, the sum's vectors on the links and the weights after it count as the longest of the
 * three. What depends on one another adds: hops, passes through arrays and chains in the vector unit.
 */
public final class LowerBound {
    /** Dependent passes through arrays: projections, scores, values, output; gate and up, down. */
    private static final int ARRAY_PASSES = 6;

    private final Map<BoundTerm, Long> terms;

    private LowerBound(Map<BoundTerm, Long> terms) {
        this.terms = Collections.unmodifiableMap(terms);
    }

    public static LowerBound of(Question question, Partition partition) {
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
        private final Map<BoundTerm, Long> terms = new EnumMap<>(BoundTerm.class);

        Counter(Question question, Partition partition) {
            this.question = question;
            this.partition = partition;
            machine = question.machine();
            model = question.model();
            sum = SumCost.of(machine, question.topology(), partition.tensor(), model.width());
            phases = PhaseLatency.of(machine);
            for (BoundTerm term : BoundTerm.values()) {
                terms.put(term, 0L);
            }
        }

        void layer(int index) {
            LayerShard shard = shard(index);
            boolean shared = partition.split() == HeadSplit.BY_CONTEXT && partition.tensor() > 1;
            add(BoundTerm.HOPS, 2 * sum.hopCycles(machine) + (shared ? machine.hopCycles() : 0));
            around(stream(shard.output()), stream(shard.gateUp()) + stream(shard.router()));
            around(stream(shard.down()), stream(shard.input()));
            add(BoundTerm.CACHE, Math.ceilDiv(shard.cacheBytesRead(), (long) machine.streamBytesPerCycle()));
            add(BoundTerm.ARRAYS, (long) ARRAY_PASSES * phases.throughArray());
            // rotate: 3, softmax: 6 with two sums over lanes in arrays, gate: 5, each sum: one addition a doubling of
            // its operands.
            int additions = 2 * (32 - Integer.numberOfLeadingZeros(partition.tensor() - 1) + 1);
            add(BoundTerm.VECTORS, phases.chain(3 + 6 + 5 + additions) + 2L * phases.array());
        }

        /** Weights before a sum, its vectors, and weights after it: all three can overlap. */
        private void around(long before, long after) {
            long weights = Math.max(before, after);
            long links = sum.linkCycles(machine);
            add(links > weights ? BoundTerm.LINKS : BoundTerm.WEIGHTS, Math.max(links, weights));
        }

        void pipeline() {
            // The last sum of a stage passes over one more link, and then over one inside the next node.
            int vectors = 2 * Math.ceilDiv(model.width(), machine.lanes());
            long slots = (long) Math.ceilDiv(vectors, Math.max(1, sum.vectors() == 0 ? 1 : vectors / sum.vectors()))
                    * machine.whole(Quantity.VECTOR_CYCLES);
            long boundaries = partition.stages() - 1L;
            add(BoundTerm.HOPS, boundaries * machine.hopCycles());
            add(BoundTerm.LINKS, partition.tensor() == 1 ? boundaries * slots : 0);
        }

        void ends() {
            Matrix head = new Matrix(model.width(), Math.ceilDiv(model.vocabulary(), partition.tensor()));
            long choose = phases.throughArray() + (long) Math.max(0, sum.hops() - 1) * machine.hopCycles();
            int reach = machine.whole(Quantity.QUADFOUR_REACH) * machine.whole(Quantity.NODE_CHIPS);
            long back = Math.ceilDiv(Math.max(0, partition.chips() - partition.tensor()), reach);
            long embed = (long) Math.max(0, sum.hops() - 1) * machine.hopCycles();
            add(BoundTerm.HEAD, stream(head) + choose + back * machine.hopCycles() + embed);
        }

        private LayerShard shard(int index) {
            return LayerShard.of(
                    model.width(),
                    model.layers().get(index),
                    partition.tensor(),
                    partition.split(),
                    question.context());
        }

        private long stream(Matrix matrix) {
            return matrix.streamCycles(machine, partition.precision());
        }

        private void add(BoundTerm term, long cycles) {
            terms.merge(term, cycles, Long::sum);
        }
    }
}
