package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Direction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * A stream of items through the vector unit: loads from both sides, a chain of ALUs, stores to both sides. One item follows another after
 * a fixed number of cycles, or in given cycles where the matrix unit is the source. Cycle 0 of the fragment is the one in which
 * the first ALUs take item 0.
 */
final class Pass {
    static final int NOWHERE = -1;

    /** Items after which a rate that works goes on working: the longest way of any vector. */
    private static final int PROBE = 200;

    /** Most cycles between two items. */
    private static final int SLOWEST = 64;

    private final Chip chip;
    private final Labels labels;
    private final String name;
    private final List<Delivery> deliveries = new ArrayList<>();
    private final List<Node> outputs = new ArrayList<>();

    /** Vectors that leave the vector unit: what becomes of each. */
    private record Delivery(int output, Direction direction, Target target) {}

    /** Where vectors go that leave the vector unit. */
    interface Target {
        /** Whether item {@code item} goes there at all. */
        boolean takes(int item);

        /** The farthest position at which it is taken. */
        int reach();

        /**
         * Emits the instructions that take the item.
         *
         * @param driven cycle in which it leaves the vector unit at {@code position}
         */
        void take(Fragment fragment, int item, Flow flow, int driven, int position);
    }

    Pass(Chip chip, Labels labels, String name) {
        this.chip = chip;
        this.labels = labels;
        this.name = name;
    }

    static Node load(Vectors source) {
        return new Node.Load(source, IntUnaryOperator.identity(), Optional.empty());
    }

    static Node load(Vectors source, IntUnaryOperator index) {
        return new Node.Load(source, index, Optional.empty());
    }

    static Node shuffled(Vectors source, IntUnaryOperator index, Node.Shuffle shuffle) {
        return new Node.Load(source, index, Optional.of(shuffle));
    }

    static Node constant(float value) {
        return new Node.Constant(Element.FP32, Float.floatToRawIntBits(value));
    }

    static Node unary(UnaryOperation operation, Node x) {
        return new Node.Unary(operation, x);
    }

    static Node binary(BinaryOperation operation, Node x, Node y) {
        return new Node.Binary(operation, x, y);
    }

    static Node multiply(Node x, Node y) {
        return binary(BinaryOperation.MUL, x, y);
    }

    static Node add(Node x, Node y) {
        return binary(BinaryOperation.ADD, x, y);
    }

    static Node half(Node x) {
        return new Node.Convert(Element.FP16, x);
    }

    /** Stores vector i as vector {@code index(i)}, or not at all if that is {@link #NOWHERE}. */
    void store(Node value, Vectors target, IntUnaryOperator index) {
        if (value.type() != target.type()) {
            throw new IllegalArgumentException(name + ": " + value.type() + " stored as " + target.type());
        }
        deliver(value, target.hemisphere().outward(), new Store(chip, target, index));
    }

    void store(Node value, Vectors target) {
        store(value, target, IntUnaryOperator.identity());
    }

    /** Sends vectors out of the vector unit. */
    void deliver(Node value, Direction direction, Target target) {
        for (Delivery other : deliveries) {
            if (outputs.get(other.output()) == value && other.direction() == direction) {
                deliveries.add(new Delivery(other.output(), direction, target));
                return;
            }
        }
        boolean taken = outputs.contains(value);
        outputs.add(taken || !(value instanceof Node.Computed) ? unary(UnaryOperation.COPY, value) : value);
        deliveries.add(new Delivery(outputs.size() - 1, direction, target));
    }

    /** Items {@code interval} cycles apart; as few as there can be. */
    Fragment fragment(int items) {
        for (int interval = 1; interval <= SLOWEST; interval++) {
            try {
                Optional<Fragment> fragment = fragment(items, interval);
                if (fragment.isPresent()) {
                    return fragment.get();
                }
            } catch (Allotment.ExhaustedException e) {
                // Items that follow one another closely need ALUs only to wait.
                if (interval == SLOWEST) {
                    throw e;
                }
            }
        }
        throw new IllegalStateException(name + " cannot be scheduled at any rate");
    }

    private Optional<Fragment> fragment(int items, int interval) {
        int[] cycles = new int[items];
        for (int i = 0; i < items; i++) {
            cycles[i] = i * interval;
        }
        int gap = items == 1 ? Integer.MAX_VALUE : interval;
        if (!new PassEmitter(chip, new Labels(), name, outputs, gap, Allotment.ofPasses(chip)).possible()) {
            return Optional.empty();
        }
        Fragment trial = new Fragment(name);
        emit(trial, Arrays.copyOf(cycles, Math.min(items, PROBE)), gap, new Labels(), Allotment.ofPasses(chip));
        if (!Scheduler.consistent(trial, chip.machine())) {
            return Optional.empty();
        }
        Fragment fragment = new Fragment(name);
        emit(fragment, cycles, gap, labels, Allotment.ofPasses(chip));
        return Optional.of(fragment);
    }

    /** Adds items that enter in given cycles to a fragment. */
    void emit(Fragment fragment, int[] cycles) {
        emit(fragment, cycles, Allotment.ofProducts(chip));
    }

    /** Adds items that enter in given cycles to a fragment, beside other passes. */
    void emit(Fragment fragment, int[] cycles, Allotment allotment) {
        int gap = Integer.MAX_VALUE;
        for (int i = 1; i < cycles.length; i++) {
            gap = Math.min(gap, cycles[i] - cycles[i - 1]);
        }
        emit(fragment, cycles, gap, labels, allotment);
    }

    private void emit(Fragment fragment, int[] cycles, int gap, Labels names, Allotment allotment) {
        PassEmitter emitter = new PassEmitter(chip, names, name, outputs, gap, allotment);
        for (int output = 0; output < outputs.size(); output++) {
            List<Target> targets = new ArrayList<>();
            Direction direction = Direction.EASTWARD;
            for (Delivery delivery : deliveries) {
                if (delivery.output() == output) {
                    targets.add(delivery.target());
                    direction = delivery.direction();
                }
            }
            emitter.deliver(output, direction, targets);
        }
        emitter.emit(fragment, cycles);
    }

    /** Writes what passes the slices of a buffer. */
    private record Store(Chip chip, Vectors target, IntUnaryOperator index) implements Target {
        @Override
        public boolean takes(int item) {
            return index.applyAsInt(item) != NOWHERE;
        }

        @Override
        public int reach() {
            return chip.memory(
                    target.hemisphere(), target.slice() + target.type().planes() - 1);
        }

        @Override
        public void take(Fragment fragment, int item, Flow flow, int driven, int position) {
            Memory.write(chip, fragment, flow, driven, position, target, index.applyAsInt(item));
        }
    }
}
