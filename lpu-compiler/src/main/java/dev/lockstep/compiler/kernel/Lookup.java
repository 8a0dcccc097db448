package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Flight;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.MemoryInstruction.Gather;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.machine.Direction;
import dev.lockstep.lpu.machine.Hemisphere;
import java.util.List;

/**
 * Fetches rows of tables in the east, whose numbers only the running program knows, and writes them where kernels expect them in the west. The number comes inward as the map of a gather;
 * the row goes on through the vector unit, where nobody takes it.
 */
final class Lookup {
    private static final Direction WAY = Hemisphere.EAST.inward();
    private static final int ROW_STREAM = 0;
    private static final int MAP_STREAM = 4;

    /** Cycles between rows: what they share is a slice and a stream. */
    private static final int INTERVAL = 4;

    /**
     * A row to look up.
     *
     * @param table in slices nearer to the vector unit than {@code number}
     * @param number one vector: the row's number in every lane
     */
    record Row(Vectors table, Vectors number, Vectors target) {}

    private Lookup() {}

    static Fragment fragment(Chip chip, Labels labels, List<Row> rows) {
        Fragment fragment = new Fragment("look up");
        for (int i = 0; i < rows.size(); i++) {
            row(chip, labels, fragment, rows.get(i), i * INTERVAL);
        }
        return fragment;
    }

    private static void row(Chip chip, Labels labels, Fragment fragment, Row row, int cycle) {
        Vectors table = row.table();
        int place = chip.memory(table.hemisphere(), table.slice());
        Flow map = new Flow(new Stream(WAY, MAP_STREAM), labels.take(1));
        Memory.read(chip, fragment, row.number(), 0, map, cycle, place);
        Flow flow = new Flow(new Stream(WAY, ROW_STREAM), labels.take(1));
        int driven = cycle + chip.read();
        Vectors target = row.target();
        for (int plane = 0; plane < table.type().planes(); plane++) {
            fragment.issue(
                    Queue.memory(table.hemisphere(), table.slice() + plane),
                    cycle,
                    new Gather(table.at(0), map, flow.plane(plane)));
            fragment.reads(table.hemisphere(), table.slice() + plane, table.at(0), cycle);
            int end = chip.memory(target.hemisphere(), target.slice() + plane);
            fragment.fly(new Flight(flow.stream().plane(plane), driven, place, end, 1, 1));
        }
        Memory.write(chip, fragment, flow, driven, place, target, 0);
    }
}
