package dev.lockstep.graph.architecture;

/**
 * Sliding windows: most layers see only the last positions, the last layer of every period sees all.
 *
 * @param positions that a token sees in a layer with a window
 * @param period layers from one that sees all to the next
 */
record Window(int positions, int period) {
    /** The model's window; all models of an architecture have the same period unless a file says otherwise. */
    static Window read(KeyReader keys, int period) {
        return new Window(
                keys.positive("attention.sliding_window", Integer.MAX_VALUE),
                keys.optionalPositive("attention.sliding_window_pattern", Integer.MAX_VALUE)
                        .orElse(period));
    }

    /** A window in every layer. */
    static Window everywhere(int positions) {
        return new Window(positions, Integer.MAX_VALUE);
    }

    /** Whether a layer has the window. */
    boolean limits(int layer) {
        return layer % period < period - 1;
    }
}
