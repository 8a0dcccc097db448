package dev.lockstep.graph;

import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;

/**
 * Name, type and shape of a weight tensor; the bytes are bound when a machine is made, so that a model can be compiled
 * from its shape alone.
 *
 * @param columns elements of a row
 * @param rows rows of one matrix; 1 for a vector
 * @param matrices stacked matrices (experts); 1 for all others
 */
public record Weight(String name, TensorType type, int columns, int rows, int matrices) {
    public Weight {
        if (columns <= 0 || rows <= 0 || matrices <= 0) {
            throw new IllegalArgumentException(name + " has no elements");
        }
        if (columns % type.blockElements() != 0) {
            throw new IllegalArgumentException("%s: rows of %d do not fill whole %s blocks of %d"
                    .formatted(name, columns, type, type.blockElements()));
        }
    }

    public static Weight of(Tensor tensor) {
        return new Weight(
                tensor.name(),
                tensor.type(),
                Math.toIntExact(tensor.columns()),
                Math.toIntExact(tensor.rows()),
                Math.toIntExact(tensor.matrices()));
    }

    /** Bytes of all matrices in the model file. */
    public long bytes() {
        return type.bytes(columns, rows, matrices);
    }
}
