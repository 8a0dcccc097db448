package dev.lockstep.cli;

import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.formats.FormatException;
import dev.lockstep.formats.Metadata;
import dev.lockstep.graph.GraphException;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.Hyperparameters;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.tensor.TensorType;
import dev.lockstep.text.Tokenizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What can be said about a model without running it.
 *
 * @param hyperparameters empty if the model does not have the usual ones
 * @param tokenizer empty if there is none that could be used
 * @param types the tensors by type, most bytes first
 * @param obstacles why the model cannot be run, a sentence each; empty if it can
 */
record Inspection(
        ModelDescription model,
        Optional<Hyperparameters> hyperparameters,
        Optional<Tokenizer> tokenizer,
        List<TypeShare> types,
        List<String> obstacles) {

    static final String CHAT_TEMPLATE = "tokenizer.chat_template";

    /** The tensors of one type. */
    record TypeShare(TensorType type, int tensors, long elements, long bytes) {
        static TypeShare of(TensorType type, Collection<Weight> weights) {
            return new TypeShare(
                    type,
                    weights.size(),
                    weights.stream().mapToLong(Inspection::elements).sum(),
                    weights.stream().mapToLong(Weight::bytes).sum());
        }

        double bitsPerWeight() {
            return 8.0 * bytes / elements;
        }
    }

    /** A model with its vocabulary. */
    static Inspection ofFile(ModelDescription model) {
        List<String> obstacles = new ArrayList<>();
        attempt(() -> Architectures.build(model), obstacles);
        var tokenizer = attempt(() -> Tokenizer.of(model.metadata()), obstacles);
        var hyperparameters = attempt(() -> Hyperparameters.of(model), new ArrayList<>());
        return new Inspection(model, hyperparameters, tokenizer, types(model), obstacles);
    }

    /** Hyperparameters only. */
    static Inspection ofShape(ModelDescription model) {
        var hyperparameters = Optional.of(Hyperparameters.of(model));
        return new Inspection(
                model,
                hyperparameters,
                Optional.empty(),
                types(model),
                List.of(model.metadata().origin()
                        + ": is a shape without weights, which can be timed with lockstep bench"));
    }

    Metadata metadata() {
        return model.metadata();
    }

    /** Text of a key that does not matter for running the model; empty also if it is of another type. */
    Optional<String> text(String key) {
        try {
            return metadata().string(key);
        } catch (FormatException otherType) {
            return Optional.empty();
        }
    }

    long parameters() {
        return types.stream().mapToLong(TypeShare::elements).sum();
    }

    long weightBytes() {
        return types.stream().mapToLong(TypeShare::bytes).sum();
    }

    /** Bytes of keys and values for one token of context. */
    Optional<Long> kvBytesPerToken(KvType type) {
        return hyperparameters.map(h -> 2L * h.layers() * h.kvHeads() * type.bytes(h.headSize()));
    }

    /** The context that a run takes by default. */
    OptionalInt defaultContext() {
        return hyperparameters
                .map(h -> OptionalInt.of(Math.min(h.contextLength(), LockstepOptions.DEFAULT_CONTEXT)))
                .orElse(OptionalInt.empty());
    }

    static long elements(Weight weight) {
        return (long) weight.columns() * weight.rows() * weight.matrices();
    }

    private static List<TypeShare> types(ModelDescription model) {
        Map<TensorType, List<Weight>> byType = new EnumMap<>(TensorType.class);
        model.weights()
                .values()
                .forEach(weight -> byType.computeIfAbsent(weight.type(), _ -> new ArrayList<>())
                        .add(weight));
        return byType.entrySet().stream()
                .map(entry -> TypeShare.of(entry.getKey(), entry.getValue()))
                .sorted((a, b) -> Long.compare(b.bytes, a.bytes))
                .toList();
    }

    private static <T> Optional<T> attempt(Supplier<T> part, List<String> obstacles) {
        try {
            return Optional.of(part.get());
        } catch (FormatException | GraphException obstacle) {
            obstacles.add(obstacle.getMessage());
            return Optional.empty();
        }
    }
}
