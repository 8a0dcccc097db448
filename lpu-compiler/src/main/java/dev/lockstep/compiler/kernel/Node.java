package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Direction;
import java.util.List;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** A value of a {@link Pass}: one vector (or group of byte planes) for each item. */
sealed interface Node {
    Element type();

    /** Vectors from memory, item i being vector {@code index(i)}, possibly with its lanes moved on the way. */
    record Load(Vectors source, IntUnaryOperator index, Optional<Shuffle> shuffle) implements Node {
        @Override
        public Element type() {
            return source.type();
        }
    }

    /**
     * Vectors that arrive at the vector unit by themselves; item i is labelled i later.
     *
     * @param delay how long after the cycle of their item
     */
    record Arriving(Element type, Flow first, int delay) implements Node {
        Arriving(Element type, Flow first) {
            this(type, first, 0);
        }
    }

    /** Vectors that somebody else brings to the vector unit when they are wanted. */
    record Brought(Element type, Direction direction, Bringer bringer) implements Node {}

    /** Emits what brings item {@code item} to {@code position} in cycle {@code cycle}. */
    interface Bringer {
        void bring(Fragment fragment, int item, Flow flow, int cycle, int position);
    }

    /** The same number everywhere. */
    record Constant(Element type, int bits) implements Node {}

    /** The result of an ALU. */
    sealed interface Computed extends Node {
        List<Node> operands();
    }

    record Unary(UnaryOperation operation, Node x) implements Computed {
        @Override
        public Element type() {
            return x.type();
        }

        @Override
        public List<Node> operands() {
            return List.of(x);
        }
    }

    record Binary(BinaryOperation operation, Node x, Node y) implements Computed {
        @Override
        public Element type() {
            return x.type();
        }

        @Override
        public List<Node> operands() {
            return List.of(x, y);
        }
    }

    record Convert(Element type, Node x) implements Computed {
        @Override
        public List<Node> operands() {
            return List.of(x);
        }
    }

    /** Running sum (or maximum ...) over groups of {@code group} items; the last item of a group has the whole. */
    record Running(BinaryOperation operation, Node x, int group) implements Computed {
        @Override
        public Element type() {
            return x.type();
        }

        @Override
        public List<Node> operands() {
            return List.of(x);
        }
    }

    /**
     * A way through the switch.
     *
     * @param whole whether lanes move over the whole vector, or inside superlanes
     * @param map index of the lane map for each item
     */
    record Shuffle(boolean whole, IntUnaryOperator map) {}
}
