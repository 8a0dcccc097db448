package dev.lockstep.graph.conformance;

/**
 * The classes of the conformance README that concern this engine.
 *
 * @param rms of the difference, in standard deviations of the logits
 * @param max largest difference, in standard deviations of the logits
 * @param oneMinusCosine of the worst position
 * @param top1 share of positions with the same arg-max
 * @param margin greedy continuations are compared up to the first step with a smaller margin
 */
record Tolerance(String name, double rms, double max, double oneMinusCosine, double top1, double margin) {
    /** Float32 throughout. */
    static final Tolerance A = new Tolerance("A", 1e-4, 1e-3, 1e-7, 1, 0.01);

    /** 8-bit activations. */
    static final Tolerance C = new Tolerance("C", 0.08, 0.5, 1e-2, 19.0 / 24, 1);
}
