package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Routing;
import dev.lockstep.graph.Value;
import dev.lockstep.graph.Weight;
import java.util.Optional;

/** The feed-forward network of each layer: gated, plain, or a choice of gated experts. */
final class FeedForward {
    private final Parts parts;
    private final Hyperparameters parameters;
    private Activation activation = Activation.SILU;
    private boolean gated = true;
    private boolean fused;
    private Routing.Weighing weighing = Routing.Weighing.CHOSEN;
    private float expertScale = 1;
    private boolean selectionBias;
    private boolean expertBiases;
    private int sharedWidth;
    private boolean sharedGate;
    private int denseLayers;
    private int denseWidth;

    FeedForward(Parts parts) {
        this.parts = parts;
        this.parameters = parts.parameters();
    }

    FeedForward activation(Activation function) {
        activation = function;
        return this;
    }

    /** {@code down(activation(up(x)))}. */
    FeedForward plain() {
        gated = false;
        return this;
    }

    /** Takes gate and up as rows of one matrix. */
    FeedForward fused() {
        fused = true;
        return this;
    }

    /** How experts are weighed, and the factor on what they give. */
    FeedForward weigh(Routing.Weighing kind, float scale) {
        weighing = kind;
        expertScale = scale;
        return this;
    }

    /** Experts are chosen by their probabilities plus a bias, where the model has one. */
    FeedForward biasedChoice() {
        selectionBias = true;
        return this;
    }

    /** The products of every expert have biases. */
    FeedForward expertBiases() {
        expertBiases = true;
        return this;
    }

    /**
     * An expert beside the chosen ones, for every token.
     *
     * @param width of its hidden layer
     * @param gate whether the token says how much of it is added
     */
    FeedForward sharedExpert(int width, boolean gate) {
        sharedWidth = width;
        sharedGate = gate;
        return this;
    }

    /** The first layers have no experts, but one network of that width. */
    FeedForward denseFirst(int layers, int width) {
        denseLayers = layers;
        denseWidth = width;
        return this;
    }

    Value apply(Value x, int layer) {
        String block = Parts.block(layer);
        if (parameters.experts() == 0) {
            return network(x, block, "", parameters.feedForwardLength());
        }
        if (layer < denseLayers) {
            return network(x, block, "", denseWidth);
        }
        Value chosen = chosenExperts(x, block);
        return sharedWidth == 0 ? chosen : parts.add(chosen, sharedExpert(x, block));
    }

    private Value network(Value x, String block, String suffix, int hidden) {
        Value inner;
        if (gated) {
            Value gate = fused
                    ? parts.rowsOf(x, block + "ffn_up", 2 * hidden, 0, hidden)
                    : parts.linear(x, block + "ffn_gate" + suffix, hidden);
            Value up = fused
                    ? parts.rowsOf(x, block + "ffn_up", 2 * hidden, hidden, hidden)
                    : parts.linear(x, block + "ffn_up" + suffix, hidden);
            inner = parts.graph().add(new Op.Gated(activation, gate, up));
        } else {
            inner = parts.graph().add(new Op.Activate(activation, parts.linear(x, block + "ffn_up", hidden)));
        }
        return parts.linear(inner, block + "ffn_down" + suffix, parameters.embeddingLength());
    }

    private Value sharedExpert(Value x, String block) {
        Value y = network(x, block, "_shexp", sharedWidth);
        if (!sharedGate) {
            return y;
        }
        Value gate = parts.linear(x, block + "ffn_gate_inp_shexp", 1);
        return parts.graph().add(new Op.RowGate(y, gate));
    }

    private Value chosenExperts(Value x, String block) {
        int hidden = parameters.feedForwardLength();
        Value scores = parts.linear(x, block + "ffn_gate_inp", parameters.experts());
        Value choice = parts.graph().add(new Op.Route(scores, routing(block)));
        Value gate = experts(x, choice, block + "ffn_gate_exps", x.width(), hidden);
        Value up = experts(x, choice, block + "ffn_up_exps", x.width(), hidden);
        Value inner = parts.graph().add(new Op.Gated(activation, gate, up));
        Value down = experts(inner, choice, block + "ffn_down_exps", hidden, x.width());
        return parts.graph().add(new Op.ExpertSum(down, choice));
    }

    private Routing routing(String block) {
        String name = block + "exp_probs_b.bias";
        Optional<Weight> bias = selectionBias && parts.weights().has(name)
                ? Optional.of(parts.weights().vector(name, parameters.experts()))
                : Optional.empty();
        return new Routing(parameters.expertsUsed(), weighing, expertScale, bias);
    }

    private Value experts(Value x, Value choice, String name, int columns, int rows) {
        Weight matrices = parts.weights().stack(name + ".weight", columns, rows, parameters.experts());
        Value y = parts.graph().add(new Op.ExpertLinear(x, choice, matrices));
        if (!expertBiases) {
            return y;
        }
        Weight biases = parts.weights().matrix(name + ".bias", rows, parameters.experts());
        return parts.graph().add(new Op.ExpertBias(y, choice, biases));
    }
}
