package dev.lockstep.compiler.kernel;

import dev.lockstep.graph.Activation;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;

/** Gated units: there is no division, so a sigmoid is made of the hyperbolic tangent. */
final class Gate {
    /** sqrt(2 / pi). */
    private static final float GELU_LINEAR = 0.7978845608f;

    /** 0.044715 sqrt(2 / pi). */
    private static final float GELU_CUBIC = 0.0356774081f;

    /** gpt-oss: the steepness of its sigmoid, and the limit of gates and values. */
    private static final float OAI_ALPHA = 1.702f;

    private static final float OAI_LIMIT = 7;

    private Gate() {}

    static Node of(Activation activation, Node gate, Node up) {
        return switch (activation) {
            case SILU -> Pass.multiply(opened(gate, Pass.multiply(gate, Pass.constant(0.5f))), up);
            case GELU -> {
                Node cubic = Pass.multiply(Pass.multiply(gate, gate), Pass.constant(GELU_CUBIC));
                Node argument = Pass.multiply(gate, Pass.add(cubic, Pass.constant(GELU_LINEAR)));
                yield Pass.multiply(opened(gate, argument), up);
            }
            case SWIGLU_OAI -> limited(gate, up);
        };
    }

    static Node sigmoid(Node x) {
        return half(Pass.unary(UnaryOperation.TANH, Pass.multiply(x, Pass.constant(0.5f))), 0.5f);
    }

    private static Node opened(Node x, Node argument) {
        return Pass.multiply(x, half(Pass.unary(UnaryOperation.TANH, argument), 0.5f));
    }

    private static Node half(Node tanh, float half) {
        return Pass.add(Pass.multiply(tanh, Pass.constant(half)), Pass.constant(half));
    }

    /** Both are limited: the gate from above, the value on both sides. A minimum is a maximum of negative numbers, and two signs cancel. */
    private static Node limited(Node gate, Node up) {
        Node negative = atLeast(Pass.unary(UnaryOperation.NEGATE, gate));
        Node argument = Pass.multiply(negative, Pass.constant(-OAI_ALPHA / 2));
        Node opened = Pass.multiply(negative, half(Pass.unary(UnaryOperation.TANH, argument), -0.5f));
        Node below = atLeast(Pass.unary(UnaryOperation.NEGATE, up));
        Node value = Pass.add(atLeast(Pass.unary(UnaryOperation.NEGATE, below)), Pass.constant(1));
        return Pass.multiply(opened, value);
    }

    private static Node atLeast(Node x) {
        return Pass.binary(BinaryOperation.MAX, x, Pass.constant(-OAI_LIMIT));
    }
}
