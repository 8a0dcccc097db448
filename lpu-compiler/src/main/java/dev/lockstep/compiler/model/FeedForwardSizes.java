package dev.lockstep.compiler.model;

/**
 * A gated feed-forward network, or several of which a token uses some.
 *
 * @param hidden width of the hidden layer, of one expert if there are experts
 * @param experts 1 for a dense network
 * @param used experts that a token uses
 * @param shared width of a network that every token uses beside the experts; 0 for none
 * @param sharedGate whether what that network gives is multiplied with the sigmoid of one output of its own
 * @param routing how experts are chosen
 */
public record FeedForwardSizes(int hidden, int experts, int used, int shared, boolean sharedGate, Routing routing) {
    public FeedForwardSizes {
        if (hidden < 1 || experts < 1 || used < 1 || used > experts || shared < 0) {
            throw new IllegalArgumentException(
                    "a token cannot use " + used + " of " + experts + " networks of width " + hidden);
        }
        if (sharedGate && shared == 0) {
            throw new IllegalArgumentException(
                    "there is a gate for what all tokens use, but nothing that all tokens use");
        }
        if (experts % routing.groups() != 0) {
            throw new IllegalArgumentException(experts + " experts do not make " + routing.groups() + " groups");
        }
    }

    /** Experts that weigh what a softmax over those that are chosen gives. */
    public FeedForwardSizes(int hidden, int experts, int used, int shared) {
        this(hidden, experts, used, shared, false, Routing.USUAL);
    }

    static FeedForwardSizes dense(int hidden) {
        return new FeedForwardSizes(hidden, 1, 1, 0);
    }

    public boolean routed() {
        return experts > 1;
    }

    /** All weights: gate, up and down of each expert, the router, and the gate of what all tokens use. */
    public long weights(int width) {
        return 3L * width * ((long) hidden * experts + shared) + choosing(width);
    }

    /** Weights that one token passes through. */
    public long weightsUsed(int width) {
        return 3L * width * ((long) hidden * used + shared) + choosing(width);
    }

    private long choosing(int width) {
        return (long) width * ((routed() ? experts : 0) + (sharedGate ? 1 : 0));
    }

    /** Hidden elements that one token computes, over all its experts. */
    public int hiddenUsed() {
        return Math.addExact(Math.multiplyExact(hidden, used), shared);
    }
}
