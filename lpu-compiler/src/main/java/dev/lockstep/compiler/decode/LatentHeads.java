package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.ArrayList;
import java.util.List;

/** A round of heads that look at compressed keys: scores, softmax, and what they see, vector after vector, as rows of FP16. */
final class LatentHeads extends RoundPart {
    LatentHeads(Stage stage, Shape shape, Round round) {
        super(stage, shape, round);
    }

    /**
     * What the heads of a round have seen.
     *
     * @param available keys from which on the vectors of each head can be read, head after head
     * @param free key from which on the arrays are free
     * @param loadable key from which on they can be loaded
     */
    record Seen(List<Long> available, long free, long loadable) {}

    /**
     * @param available key from which on queries can be read and the arrays are free
     * @param loadable key from which on keys can be loaded
     * @param value cycle from which on the current value is in memory
     */
    Seen place(long available, long loadable, long value) {
        Softmax softmax = Softmax.place(stage, shape, round, available, loadable);
        Probabilities.Denominators denominators = softmax.denominators();
        List<Kept> inverses = inverses(denominators);
        Long[] readable = new Long[count * shape.vectors()];
        WeightedValues values = new WeightedValues(stage, shape, round, softmax.exponents(), shape.headGroups());
        long free = Math.max(0, denominators.free() - shape.headGroups());
        long next = 0;
        for (int vector = 0; vector < shape.vectors(); vector++) {
            int own = vector;
            WeightedValues.Added added = values.place(free, (plane, block, u) -> load(plane, block, own, u));
            finish(vector, added.sums(), denominators.current(), inverses, value, readable);
            free = added.free();
            next = added.loadable();
        }
        return new Seen(List.of(readable), free, next);
    }

    /** One over each head's sum of probabilities, in all lanes, until all its values have been added. */
    private List<Kept> inverses(Probabilities.Denominators denominators) {
        List<Kept> inverses = new ArrayList<>();
        for (List<Kept> sides : denominators.sums()) {
            Kept[] inverse = new Kept[1];
            long ready = sides.stream().mapToLong(Kept::ready).max().orElseThrow();
            scheduler.attempt(ready, at -> {
                Operand sum = sides.getFirst().operand();
                if (sides.size() == 2) {
                    sum = all.binary(BinaryOperation.ADD, sum, sides.get(1).operand(), at, at + alu)
                            .operand();
                }
                long cycle = sides.size() == 2 ? at + alu : at;
                Kept root = all.unary(UnaryOperation.RSQRT, Element.FP32, sum, cycle, cycle + alu);
                long until = cycle + alu + shape.valueCycles(count) + WeightedValues.STAY;
                inverse[0] = all.binary(BinaryOperation.MUL, root.operand(), root.operand(), cycle + alu, until);
            });
            inverses.add(inverse[0]);
        }
        return inverses;
    }

    private void load(Plane plane, int block, int vector, long u) {
        Address values = round.heads().getFirst().cache().valueWord(block, vector);
        stage.arrays().load(Element.FP16, plane, u, shape.headGroups(), 1, values);
    }

    /** (sums of values + current probability * current value) / sum of probabilities, for one vector of each head. */
    private void finish(
            int vector,
            List<List<Kept>> outputs,
            List<Kept> current,
            List<Kept> inverses,
            long value,
            Long[] readable) {
        long ready = value;
        for (int head = 0; head < count; head++) {
            ready = Math.max(
                    ready,
                    Math.max(inverses.get(head).ready(), current.get(head).ready()));
            for (Kept side : outputs.get(head)) {
                ready = Math.max(ready, side.ready());
            }
        }
        scheduler.attempt(ready, at -> {
            for (int head = 0; head < count; head++) {
                long cycle = at + head;
                Hemisphere side = Hemisphere.values()[head];
                Operand fresh = stage.constants().from(side, Layout.value(side, vector), cycle);
                Kept weighted =
                        all.binary(BinaryOperation.MUL, current.get(head).operand(), fresh, cycle, cycle + alu);
                List<Kept> sides = outputs.get(head);
                Operand first = sides.getFirst().operand();
                Kept past = sides.size() == 2
                        ? all.binary(BinaryOperation.ADD, first, sides.get(1).operand(), cycle, cycle + alu)
                        : all.unary(UnaryOperation.COPY, Element.FP32, first, cycle, cycle + alu);
                Kept numerator = all.binary(
                        BinaryOperation.ADD, past.operand(), weighted.operand(), cycle + alu, cycle + 2L * alu);
                Kept seen = all.binary(
                        BinaryOperation.MUL,
                        numerator.operand(),
                        inverses.get(head).operand(),
                        cycle + 2L * alu,
                        cycle + 3L * alu);
                int place = round.heads().get(head).query() * shape.vectors() + vector;
                readable[head * shape.vectors() + vector] = stage.row(seen, seen.ready(), Layout.latentContext(place));
            }
        });
    }
}
