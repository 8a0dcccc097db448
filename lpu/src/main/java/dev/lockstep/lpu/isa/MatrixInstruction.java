package dev.lockstep.lpu.isa;

import java.util.Optional;

/**
 * Instructions of a plane of the matrix unit: 320 rows of weights, each multiplied with one vector. FP16 weights need both planes of a
 * hemisphere and stand in the queues of its plane 0.
 */
public sealed interface MatrixInstruction extends Instruction {
    /** Rows of weights that are loaded in a cycle, each from a stream (or group) of its own. */
    int ROWS_PER_GROUP = 16;

    /**
     * Takes rows {@code 16 group} to {@code 16 group + 15} into the weight buffer: row r from the streams {@code first + r * planes}, labelled {@code label + r}.
     *
     * @param weights INT8 or FP16
     * @param first of 16 or 32 streams that flow outward
     */
    record LoadWeights(Element weights, int first, int group, int label) implements MatrixInstruction {
        public LoadWeights {
            requireMatrixType(weights);
            if (first < 0 || group < 0) {
                throw new IsaException("Rows cannot be loaded from stream " + first + " into group " + group + ".");
            }
        }

        @Override
        public LoadWeights advanced(int words, int labels) {
            return new LoadWeights(weights, first, group + words, Flow.later(label, labels));
        }
    }

    /**
     * Makes what has been loaded the active weights, and empties the buffer.
     *
     * @param groups exactly the groups 0 to {@code groups - 1} have been loaded; all further rows are zero
     */
    record InstallWeights(Element weights, int groups) implements MatrixInstruction {
        public InstallWeights {
            requireMatrixType(weights);
        }

        @Override
        public InstallWeights advanced(int words, int labels) {
            return this;
        }
    }

    /** Multiplies all rows with a vector of INT8 or FP16. */
    record Activate(Element type, Flow from) implements MatrixInstruction {
        public Activate {
            requireMatrixType(type);
        }

        @Override
        public Activate advanced(int words, int labels) {
            return new Activate(type, from.advanced(labels));
        }
    }

    /**
     * Receives the products of an {@link Activate}.
     *
     * @param type INT32 for integer products, FP32 otherwise
     * @param slot which accumulator
     * @param add whether the products are added to the accumulator, or replace it
     * @param product label of the vector that was multiplied
     * @param to where the accumulator's new value flows, inward; nowhere if there is more to come
     */
    record Accumulate(Element type, int slot, boolean add, int product, Optional<Flow> to)
            implements MatrixInstruction {
        public Accumulate {
            if (type != Element.INT32 && type != Element.FP32) {
                throw new IsaException("Products are INT32 or FP32, not " + type + ".");
            }
        }

        @Override
        public Accumulate advanced(int words, int labels) {
            return new Accumulate(type, slot, add, Flow.later(product, labels), to.map(flow -> flow.advanced(labels)));
        }
    }

    private static void requireMatrixType(Element type) {
        if (type != Element.INT8 && type != Element.FP16) {
            throw new IsaException("The matrix unit multiplies INT8 and FP16, not " + type + ".");
        }
    }
}
