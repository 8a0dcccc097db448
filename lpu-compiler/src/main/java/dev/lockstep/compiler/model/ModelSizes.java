package dev.lockstep.compiler.model;

import java.util.List;

/**
 * The sizes of a decoder, as far as they decide how it is cut over chips.
 *
 * @param width of the residual stream
 * @param vocabulary rows of the embedding and of the output matrix
 * @param contextLength most positions that the model was trained for
 * @param tied whether the embedding is also the output matrix
 */
public record ModelSizes(
        String name, int width, List<LayerSizes> layers, int vocabulary, int contextLength, boolean tied) {

    public ModelSizes {
        layers = List.copyOf(layers);
        if (width < 1 || layers.isEmpty() || vocabulary < 1 || contextLength < 1) {
            throw new IllegalArgumentException(name + ": a model needs a width, layers, a vocabulary and a context");
        }
    }

    static ModelSizes uniform(
            String name, int width, int layers, LayerSizes layer, int vocabulary, int contextLength, boolean tied) {
        return new ModelSizes(
                name, width, java.util.Collections.nCopies(layers, layer), vocabulary, contextLength, tied);
    }

    /** All weights with the embedding and the output matrix, without norms. */
    public long weights() {
        long matrices = (long) width * vocabulary * (tied ? 1 : 2);
        return matrices
                + layers.stream().mapToLong(layer -> layer.weights(width)).sum();
    }

    /** Weights that one token passes through. */
    public long weightsUsed() {
        return (long) width * vocabulary
                + layers.stream().mapToLong(layer -> layer.weightsUsed(width)).sum();
    }

    /** Bytes that one position of one sequence takes in the cache of all layers, FP16. */
    public long cacheBytesPerPosition() {
        return layers.stream()
                .mapToLong(layer -> 2L * layer.attention().cacheWidth())
                .sum();
    }
}
