package dev.lockstep.engine.quantize;

/**
 * How far rounded weights are from exact ones.
 *
 * @param errors sum of the squared differences
 * @param squares sum of the squared exact values
 */
public record RoundingError(double errors, double squares) {
    static final RoundingError NONE = new RoundingError(0, 0);

    static RoundingError between(float[] exact, float[] rounded) {
        double errors = 0;
        double squares = 0;
        for (int i = 0; i < exact.length; i++) {
            double difference = (double) exact[i] - rounded[i];
            errors += difference * difference;
            squares += (double) exact[i] * exact[i];
        }
        return new RoundingError(errors, squares);
    }

    RoundingError plus(RoundingError other) {
        return new RoundingError(errors + other.errors, squares + other.squares);
    }

    /** Root mean square of the differences, as a share of that of the exact values. */
    public double relative() {
        return squares == 0 ? 0 : Math.sqrt(errors / squares);
    }
}
