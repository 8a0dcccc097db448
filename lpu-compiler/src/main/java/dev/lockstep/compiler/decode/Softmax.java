package dev.lockstep.compiler.decode;

import java.util.List;

/**
 * What a round of heads weighs values with.
 *
 * @param exponents rows of powers in memory
 * @param denominators their sums
 */
record Softmax(Probabilities.Exponents exponents, Probabilities.Denominators denominators) {
    /**
     * Places scores of all positions and what becomes of them.
     *
     * @param available key from which on queries can be read and the arrays are free
     * @param loadable key from which on keys can be loaded
     */
    static Softmax place(Stage stage, Shape shape, Round round, long available, long loadable) {
        Scores.Found scores = new Scores(stage, shape, round).place(available, loadable);
        SoftmaxOffset offset = new SoftmaxOffset(stage, shape, round);
        long ones = offset.ones(scores.free());
        List<Kept> offsets = offset.place(scores, ones);
        Probabilities probabilities = new Probabilities(stage, shape, round);
        Probabilities.Exponents exponents = probabilities.exponents(offsets);
        return new Softmax(exponents, probabilities.denominators(exponents, Math.max(ones, exponents.free())));
    }
}
