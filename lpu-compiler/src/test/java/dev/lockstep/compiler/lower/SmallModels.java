package dev.lockstep.compiler.lower;

import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.synthetic.SyntheticModel;
import java.lang.foreign.Arena;

/** Made-up models that are small enough to be simulated in a test. */
final class SmallModels {
    private SmallModels() {}

    /** Grouped queries, widths that are no multiples of anything. */
    static ModelDescription grouped(long seed) {
        return of(new ModelShape("grouped", 64, 48, 2, 6, 2, 100, 70, 1e-5f, 1e4f, 0, 0, true), seed);
    }

    /** Rows of several vectors, as many key-value heads as query heads, more of them than shards. */
    static ModelDescription wide(long seed) {
        return of(new ModelShape("wide", 64, 384, 1, 12, 12, 600, 90, 1e-5f, 1e4f, 0, 0, false), seed);
    }

    /** Fewer key-value heads than shards, so that shards share them, and heads of more than a superlane. */
    static ModelDescription manyQueries(long seed) {
        return of(new ModelShape("many queries", 64, 160, 2, 8, 2, 256, 64, 1e-5f, 1e4f, 0, 0, false), seed);
    }

    /** A feed-forward network whose shards need several vectors, so that chains add more than two products. */
    static ModelDescription deep(long seed) {
        return of(new ModelShape("deep", 64, 128, 1, 4, 2, 5400, 60, 1e-5f, 1e4f, 0, 0, false), seed);
    }

    /** An embedding table that does not fit into one pair of slices. */
    static ModelDescription manyTokens(long seed) {
        return of(new ModelShape("many tokens", 64, 48, 1, 4, 2, 60, 2500, 1e-5f, 1e4f, 0, 0, false), seed);
    }

    /** Experts, of which two are chosen. */
    static ModelDescription experts(long seed) {
        return of(new ModelShape("experts", 64, 48, 1, 4, 2, 40, 60, 1e-5f, 1e4f, 5, 2, false), seed);
    }

    private static ModelDescription of(ModelShape shape, long seed) {
        return SyntheticModel.of(shape, WeightTypes.F16, seed, Arena.ofAuto());
    }
}
