package dev.lockstep.lpu.isa;

import dev.lockstep.lpu.machine.Hemisphere;
import java.util.Locale;
import java.util.Optional;

/**
 * One of the 144 queues, each of which dispatches an instruction a cycle: 88 memory slices, 16 ALUs, 14 of a switch and 6 of a matrix unit in each hemisphere.
 *
 * @param index among the queues of its unit and hemisphere; planes of the matrix unit, ports of the whole chip
 */
public record Queue(Unit unit, Hemisphere hemisphere, int index) implements Comparable<Queue> {
    /** What a queue commands. */
    public enum Unit {
        MEMORY("mem", 44, 0),
        ALU("alu", 16, 88),
        TRANSPOSER("transpose", 2, 104),
        DISTRIBUTOR("distribute", 4, 106),
        PERMUTER("permute", 1, 110),
        SHIFTER("shift", 1, 111),
        LINK("link", 6, 112),
        WEIGHTS("weights", 2, 132),
        ACTIVATIONS("activate", 2, 134),
        ACCUMULATORS("accumulate", 2, 136);

        private final String text;
        private final int count;
        private final int first;

        Unit(String text, int count, int first) {
            this.text = text;
            this.count = count;
            this.first = first;
        }

        /** The name in program text. */
        public String text() {
            return text;
        }

        /** Queues of a hemisphere; of the chip for ALUs, which stand in the middle. */
        public int count() {
            return count;
        }

        private int distance() {
            return switch (this) {
                case MEMORY -> 44;
                case ALU -> 0;
                case TRANSPOSER, DISTRIBUTOR, PERMUTER, SHIFTER, LINK -> 14;
                case WEIGHTS, ACTIVATIONS, ACCUMULATORS -> 6;
            };
        }
    }

    public static final int COUNT = 144;

    private static final Queue[] BY_NUMBER = new Queue[COUNT];

    static {
        for (Unit unit : Unit.values()) {
            for (Hemisphere hemisphere : Hemisphere.values()) {
                for (int i = 0; i < unit.count && (unit != Unit.ALU || hemisphere == Hemisphere.WEST); i++) {
                    Queue queue = new Queue(unit, hemisphere, i);
                    BY_NUMBER[queue.number()] = queue;
                }
            }
        }
    }

    public Queue {
        if (index < 0 || index >= unit.count || (unit == Unit.ALU && hemisphere != Hemisphere.WEST)) {
            throw new IsaException("There is no queue " + unit.text + " " + index + " in the " + hemisphere + ".");
        }
    }

    public static Queue memory(Hemisphere hemisphere, int slice) {
        return new Queue(Unit.MEMORY, hemisphere, slice);
    }

    public static Queue alu(int alu) {
        return new Queue(Unit.ALU, Hemisphere.WEST, alu);
    }

    /** Ports 0 to 5 are at the west switch, 6 to 11 at the east one. */
    public static Queue link(int port) {
        int west = Unit.LINK.count;
        return port < west
                ? new Queue(Unit.LINK, Hemisphere.WEST, port)
                : new Queue(Unit.LINK, Hemisphere.EAST, port - west);
    }

    /** The queue with a number from 0 to 143. */
    public static Queue of(int number) {
        if (number < 0 || number >= COUNT) {
            throw new IsaException("There is no queue " + number + ". A chip has " + COUNT + ".");
        }
        return BY_NUMBER[number];
    }

    /** From 0 to 143. */
    public int number() {
        return unit.first + (hemisphere == Hemisphere.EAST ? unit.distance() : 0) + index;
    }

    /** The port of a link's queue. */
    public int port() {
        return index + (hemisphere == Hemisphere.EAST ? Unit.LINK.count : 0);
    }

    /** Whether an ALU can do everything; the others only add, multiply, and combine bits. */
    public boolean largeAlu() {
        return switch (index) {
            case 0, 2, 5, 7, 8, 10, 13, 15 -> unit == Unit.ALU;
            default -> false;
        };
    }

    /** The queue that prints as {@code text}. */
    public static Optional<Queue> parse(String text) {
        for (Queue queue : BY_NUMBER) {
            if (queue.toString().equals(text)) {
                return Optional.of(queue);
            }
        }
        return Optional.empty();
    }

    @Override
    public int compareTo(Queue other) {
        return Integer.compare(number(), other.number());
    }

    @Override
    public String toString() {
        String place = hemisphere.name().substring(0, 1).toLowerCase(Locale.ROOT);
        return switch (unit) {
            case ALU -> unit.text + "." + index;
            case LINK -> unit.text + "." + port();
            case PERMUTER, SHIFTER -> unit.text + "." + place;
            case MEMORY, TRANSPOSER, DISTRIBUTOR, WEIGHTS, ACTIVATIONS, ACCUMULATORS ->
                unit.text + "." + place + "." + index;
        };
    }
}
