package dev.lockstep.graph;

/**
 * The result of one operation: for each token of a step a row of {@code width} elements.
 *
 * @param id place of the operation in its graph
 */
public record Value(int id, RowKind kind, int width) {
    public Value {
        if (id < 0 || width <= 0) {
            throw new IllegalArgumentException("%" + id + " has width " + width);
        }
    }

    @Override
    public String toString() {
        return "%" + id;
    }
}
