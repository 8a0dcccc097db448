package dev.lockstep.graph.reference;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Op;
import java.util.List;

/** Operations that treat every element alike, or only move them. */
final class ElementwiseReference {
    private ElementwiseReference() {}

    static Rows.Floats add(Rows.Floats a, Rows.Floats b) {
        float[] y = new float[a.data().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = a.data()[i] + b.data()[i];
        }
        return new Rows.Floats(a.width(), y);
    }

    static Rows.Floats bias(Rows.Floats x, float[] vector) {
        float[] y = new float[x.data().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x.data()[i] + vector[i % vector.length];
        }
        return new Rows.Floats(x.width(), y);
    }

    static Rows.Floats scale(Rows.Floats x, float factor) {
        float[] y = new float[x.data().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x.data()[i] * factor;
        }
        return new Rows.Floats(x.width(), y);
    }

    static Rows.Floats softCap(Rows.Floats x, float cap) {
        float[] y = new float[x.data().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = softCap(x.data()[i], cap);
        }
        return new Rows.Floats(x.width(), y);
    }

    static float softCap(float x, float cap) {
        return Numerics.tanh(x / cap) * cap;
    }

    static Rows.Floats activate(Activation activation, Rows.Floats x) {
        float[] y = new float[x.data().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = activated(activation, x.data()[i]);
        }
        return new Rows.Floats(x.width(), y);
    }

    static Rows.Floats gated(Activation activation, Rows.Floats gate, Rows.Floats up) {
        float[] y = new float[gate.data().length];
        for (int i = 0; i < y.length; i++) {
            float u = up.data()[i];
            y[i] = activated(activation, gate.data()[i])
                    * (activation == Activation.SWIGLU_OAI ? Numerics.oaiUp(u) : u);
        }
        return new Rows.Floats(gate.width(), y);
    }

    private static float activated(Activation activation, float x) {
        return switch (activation) {
            case SILU -> Numerics.silu(x);
            case GELU -> Numerics.gelu(x);
            case SWIGLU_OAI -> Numerics.oaiGate(x);
        };
    }

    static Rows.Floats rowGate(Rows.Floats x, Rows.Floats gate) {
        float[] y = new float[x.data().length];
        for (int i = 0; i < y.length; i++) {
            y[i] = Numerics.sigmoid(gate.data()[i / x.width()]) * x.data()[i];
        }
        return new Rows.Floats(x.width(), y);
    }

    static Rows.Floats weave(Op.Weave op, List<Rows.Floats> inputs) {
        int rows = inputs.getFirst().rows();
        Rows.Floats y = Rows.Floats.of(rows, op.width());
        for (int row = 0; row < rows; row++) {
            for (int head = 0; head < op.heads(); head++) {
                int at = row * op.width() + head * op.headSize();
                for (Op.Weave.Piece piece : op.pieces()) {
                    Rows.Floats x = inputs.get(piece.input());
                    int from = row * x.width() + piece.start() + head * piece.stride();
                    System.arraycopy(x.data(), from, y.data(), at, piece.length());
                    at += piece.length();
                }
            }
        }
        return y;
    }
}
