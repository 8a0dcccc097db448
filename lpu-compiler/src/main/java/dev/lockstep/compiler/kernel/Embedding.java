package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction.Gather;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;

/**
 * The row of a table that belongs to a token. The table is too long for a slice: pairs of slices have a group of tokens each, for every vector of a row
 * a table of its own that begins and ends with a row of zeros. Every pair gathers: the one that has the token its row, the others zeros from the end at which the token lies; all
 * bits together are the row.
 */
final class Embedding {
    private static final Hemisphere SIDE = Hemisphere.EAST;

    /** Numbers of rows go outward on streams that the results of the vector unit leave alone. */
    private static final int MAP_STREAM = 28;

    private final Chip chip;
    private final Labels labels;
    private final Kernels kernels;

    /**
     * @param token an integer in every lane, in the west
     * @param before the number of the token before the first one, for each group, in the west
     * @param tables of half precision, one for each group, in the east
     * @param rows tokens of a group
     * @param maps room for an integer vector for each group, in the east, nearer to the vector unit than tables
     */
    record Places(Vectors token, Vectors before, List<Vectors> tables, int rows, Vectors maps) {}

    Embedding(Chip chip, Labels labels, Kernels kernels) {
        this.chip = chip;
        this.labels = labels;
        this.kernels = kernels;
    }

    /** @param scale what rows are multiplied with */
    void run(Places places, int vectors, float scale, List<Vectors> targets) {
        int groups = places.tables().size();
        Pass number = new Pass(chip, labels, "number of row");
        Node end = new Node.Constant(Element.INT32, places.rows() + 1);
        Node fromBegin = positive(subtract(Pass.load(places.token(), _ -> 0), Pass.load(places.before())));
        number.store(subtract(end, positive(subtract(end, fromBegin))), places.maps());
        kernels.place(number.fragment(groups));

        Pass gather = new Pass(chip, labels, "embedding");
        Node found = new Node.Brought(
                Element.FP16,
                SIDE.inward(),
                (fragment, item, flow, cycle, position) -> bring(fragment, places, item, flow, cycle, position));
        Node row = groups == 1 ? found : new Node.Running(BinaryOperation.OR, found, groups);
        Node floats = new Node.Convert(Element.FP32, row);
        Node result = scale == 1 ? floats : Pass.multiply(floats, Pass.constant(scale));
        for (Vectors target : targets) {
            gather.store(result, target, item -> item % groups == groups - 1 ? item / groups : Pass.NOWHERE);
        }
        kernels.place(gather.fragment(vectors * groups));
    }

    /** Item i is vector i / groups of the row, as group i % groups has it. */
    private void bring(Fragment fragment, Places places, int item, Flow flow, int cycle, int position) {
        int group = item % places.tables().size();
        Vectors table = places.tables().get(group);
        int place = chip.memory(SIDE, table.slice());
        int driven = cycle - SIDE.inward().hops(place, position);
        int gathered = driven - chip.read();
        Flow map = new Flow(new Stream(SIDE.outward(), MAP_STREAM), labels.take(1));
        Memory.read(chip, fragment, places.maps().as(Element.FP16), group, map, gathered, place);
        int first = item / places.tables().size() * (places.rows() + 2);
        for (int plane = 0; plane < table.type().planes(); plane++) {
            fragment.issue(
                    Queue.memory(SIDE, table.slice() + plane),
                    gathered,
                    new Gather(table.at(first), map, flow.plane(plane)));
            fragment.fly(new Flight(flow.stream().plane(plane), driven, place, position, 1, 1));
        }
    }

    private static Node subtract(Node x, Node y) {
        return Pass.binary(BinaryOperation.SUB, x, y);
    }

    /** x, or 0 if that is negative. */
    private static Node positive(Node x) {
        return Pass.unary(UnaryOperation.RELU, x);
    }
}
