package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Quantity;
import java.util.List;

/**
 * Rotary positions: z cos + swap(z) sin, where swap exchanges neighbouring lanes (with the sign in the table). Heads go alternately to the east and the west switch.
 * Tables of the query also hold the scale of the scores.
 */
final class Rotation {
    /** The only lane map of these programs: exchanges neighbours. */
    static final List<Integer> SWAP = List.of(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);

    private static final int STREAM = 24;
    /** Of each row of a step. */
    private static final int TABLES = 4;

    private final Stage stage;
    private final Shape shape;
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final int cosine;
    private final int sine;
    private final int keyCosine;
    private final int keySine;

    Rotation(Stage stage, Shape shape) {
        this.stage = stage;
        this.shape = shape;
        this.scheduler = stage.scheduler();
        this.geometry = scheduler.geometry();
        int first = stage.layout().constant();
        for (int table = 1; table < TABLES * stage.stepRow().of(); table++) {
            stage.layout().constant();
        }
        cosine = first + TABLES * stage.stepRow().number();
        sine = cosine + 1;
        keyCosine = cosine + 2;
        keySine = cosine + 3;
        stage.layout().contents().tables(cosine, sine, keyCosine, keySine);
    }

    /**
     * Rotates the queries of a head of keys and its key, which goes into the cache.
     *
     * @param first number of the first query
     * @return the key from which on queries can be read
     */
    long place(List<Kept> projected, Kept factor, Cache cache, int first) {
        int rotated = shape.group() + 1;
        long[] available = new long[1];
        int sets = shape.keySets();
        // A shifted row of every query comes before the next one of the first.
        int more = (sets - 1) * rotated;
        scheduler.attempt(factor.ready(), at -> {
            available[0] = 0;
            for (int head = 0; head < rotated; head++) {
                boolean key = head == shape.group();
                Hemisphere side = head % 2 == 0 ? Hemisphere.EAST : Hemisphere.WEST;
                long cycle = at + head;
                Kept row = rotate(
                        projected.get(head),
                        factor.operand(),
                        side,
                        cycle,
                        key ? keyCosine : cosine,
                        key ? keySine : sine,
                        key ? 0 : more);
                if (key) {
                    cache.keep(row, 0);
                } else {
                    int place = (first + head) * sets;
                    available[0] = Math.max(available[0], stage.row(row, row.ready(), Layout.query(place)));
                    for (int set = 1; set < sets; set++) {
                        long sent = row.ready() + (set - 1L) * rotated;
                        Operand shifted = stage.shifted(row, side, sent, -set * shape.headSize());
                        long readable = stage.row(shifted, stage.backFrom(sent), Layout.query(place + set));
                        available[0] = Math.max(available[0], readable);
                    }
                }
            }
        });
        return available[0];
    }

    /** A value times a factor, rotated as queries are. */
    Kept query(Kept projected, Operand factor, Hemisphere side, long cycle) {
        return rotate(projected, factor, side, cycle, cosine, sine, 0);
    }

    /** A value times a factor, rotated as keys are; it stays for so many cycles more. */
    Kept key(Kept projected, Operand factor, Hemisphere side, long cycle, int stays) {
        return rotate(projected, factor, side, cycle, keyCosine, keySine, stays);
    }

    private Kept rotate(Kept projected, Operand factor, Hemisphere side, long cycle, int cosine, int sine, int stays) {
        Group all = scheduler.all();
        int alu = geometry.alu;
        long u = geometry.outwardAt(cycle + alu);
        scheduler.through(u);
        int distribute = geometry.machine().whole(Quantity.DISTRIBUTE_CYCLES);
        long back = u + 2L * geometry.switches + distribute;
        long swapped = geometry.taken(back);
        Kept z = all.binary(
                BinaryOperation.MUL, projected.operand(), factor, cycle, cycle + 2L * alu, Geometry.out(side, STREAM));
        int label = scheduler.label();
        for (int plane = 0; plane < Element.FP32.planes(); plane++) {
            Flow from = new Flow(Geometry.out(side, STREAM), z.label()).plane(plane);
            Flow to = new Flow(Geometry.in(side, STREAM), label).plane(plane);
            all.put(
                    new Queue(Queue.Unit.DISTRIBUTOR, side, plane),
                    u + geometry.switches,
                    new SwitchInstruction.Distribute(from, 0, to));
        }
        long direct = cycle + 2L * alu;
        Kept one = all.binary(
                BinaryOperation.MUL, z.operand(), stage.constants().at(side, cosine, direct), direct, swapped + alu);
        Operand exchanged = new Operand.OfStream(new Flow(Geometry.in(side, STREAM), label));
        Kept two = all.binary(
                BinaryOperation.MUL, exchanged, stage.constants().at(side, sine, swapped), swapped, swapped + alu);
        return all.binary(BinaryOperation.ADD, one.operand(), two.operand(), swapped + alu, swapped + 3L * alu + stays);
    }
}
