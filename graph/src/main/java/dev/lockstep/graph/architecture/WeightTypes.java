package dev.lockstep.graph.architecture;

import dev.lockstep.tensor.TensorType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which type each matrix of a model gets. Besides the pure types there are the usual mixtures, which spend more bits where
 * rounding hurts most, by the rules of llama.cpp's quantiser for llama models.
 */
public enum WeightTypes {
    F32(TensorType.F32),
    F16(TensorType.F16),
    BF16(TensorType.BF16),
    Q4_0(TensorType.Q4_0),
    Q4_1(TensorType.Q4_1),
    Q5_0(TensorType.Q5_0),
    Q5_1(TensorType.Q5_1),
    Q8_0(TensorType.Q8_0),
    Q2_K(TensorType.Q2_K),
    Q3_K(TensorType.Q3_K),
    Q4_K(TensorType.Q4_K),
    Q5_K(TensorType.Q5_K),
    Q6_K(TensorType.Q6_K),
    Q8_K(TensorType.Q8_K),
    IQ4_NL(TensorType.IQ4_NL),
    IQ4_XS(TensorType.IQ4_XS),
    Q3_K_M(TensorType.Q3_K) {
        @Override
        TensorType refined(Role role, int layer, int layers) {
            return switch (role) {
                case OUTPUT -> TensorType.Q6_K;
                case ATTENTION_VALUE -> layer < 2 ? TensorType.Q5_K : TensorType.Q4_K;
                case FEED_FORWARD_DOWN -> layer < layers / 16 ? TensorType.Q5_K : TensorType.Q4_K;
                case ATTENTION_OUTPUT -> TensorType.Q4_K;
                case OTHER -> TensorType.Q3_K;
            };
        }
    },
    Q4_K_M(TensorType.Q4_K) {
        @Override
        TensorType refined(Role role, int layer, int layers) {
            return refinedToSixBits(role, layer, layers);
        }
    },
    Q5_K_M(TensorType.Q5_K) {
        @Override
        TensorType refined(Role role, int layer, int layers) {
            return refinedToSixBits(role, layer, layers);
        }
    };

    /** What a matrix is for, as far as mixtures care. */
    public enum Role {
        OUTPUT,
        ATTENTION_VALUE,
        ATTENTION_OUTPUT,
        FEED_FORWARD_DOWN,
        OTHER
    }

    private final TensorType base;

    WeightTypes(TensorType base) {
        this.base = base;
    }

    /**
     * The type or mixture of that name, in any case.
     *
     * @throws IllegalArgumentException naming all of them
     */
    public static WeightTypes named(String name) {
        return Arrays.stream(values())
                .filter(types -> types.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no weight type \"" + name + "\"; use one of "
                        + Stream.of(values()).map(WeightTypes::name).collect(Collectors.joining(", "))));
    }

    /** The type of most matrices. */
    public TensorType base() {
        return base;
    }

    /** The type of a matrix with rows of {@code columns}; types with smaller blocks step in where rows do not divide. */
    public TensorType type(Role role, int layer, int layers, int columns) {
        return Stream.of(refined(role, layer, layers), TensorType.Q8_0, TensorType.F16)
                .filter(type -> columns % type.blockElements() == 0)
                .findFirst()
                .orElseThrow();
    }

    TensorType refined(Role role, int layer, int layers) {
        return base;
    }

    TensorType refinedToSixBits(Role role, int layer, int layers) {
        return switch (role) {
            case OUTPUT -> TensorType.Q6_K;
            case ATTENTION_VALUE, FEED_FORWARD_DOWN -> sensitive(layer, layers) ? TensorType.Q6_K : base;
            case ATTENTION_OUTPUT, OTHER -> base;
        };
    }

    /** The first and the last eighth of the layers, and every third between them. */
    private static boolean sensitive(int layer, int layers) {
        return layer < layers / 8 || layer >= 7 * layers / 8 || (layer - layers / 8) % 3 == 2;
    }
}
