package dev.lockstep.engine.quantize;

import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.ProgressListener;
import dev.lockstep.formats.FileType;
import dev.lockstep.formats.GgufWriter;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.graph.architecture.WeightTypes.Role;
import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.Quantizer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A model whose weights are to have fewer bits: what each tensor becomes, and the GGUF file with all of them. Matrices are rounded; gains, biases, routers and
 * tables of positions, which are small, become float32.
 */
public final class Quantization {
    /** The version of the block layouts. */
    private static final int LAYOUT_VERSION = 2;

    /** The output decides between tokens and is read once: as elsewhere, it is not rounded to fewer bits than this. */
    private static final WeightTypes LEAST_OUTPUT = WeightTypes.Q6_K;

    private final ModelFile model;
    private final WeightTypes types;
    private final List<PlannedTensor> tensors;

    private Quantization(ModelFile model, WeightTypes types, List<PlannedTensor> tensors) {
        this.model = model;
        this.types = types;
        this.tensors = tensors;
    }

    /**
     * Plans it.
     *
     * @param again whether weights may be rounded that are rounded already
     * @throws EngineException if nothing is rounded to a type of the mixture, or the model has been rounded and that was not allowed
     */
    public static Quantization of(ModelFile model, WeightTypes types, boolean again) {
        int layers = Roles.layers(model.tensors().keySet());
        boolean tied = !model.tensors().containsKey(Roles.OUTPUT);
        List<PlannedTensor> tensors = new ArrayList<>();
        for (Tensor tensor : model.tensors().values()) {
            TensorType type = type(tensor, types, layers, tied);
            if (!Quantizer.makes(type)) {
                throw new EngineException("--type " + types + ": nothing is rounded to " + type
                        + "; use F32, F16, BF16, Q8_0, Q4_0 to Q5_1, Q2_K to Q6_K, or a mixture of these");
            }
            if (!again && tensor.type().quantized() && tensor.type() != type) {
                throw new EngineException(
                        "%s: %s is %s already, and rounding twice loses more; start from an F16, BF16 or F32 model, or allow it with --requantize"
                                .formatted(model.path(), tensor.name(), tensor.type()));
            }
            tensors.add(new PlannedTensor(tensor, type, RowOrder.of(model.metadata(), tensor.name())));
        }
        return new Quantization(model, types, List.copyOf(tensors));
    }

    private static TensorType type(Tensor tensor, WeightTypes types, int layers, boolean tied) {
        if (!Roles.isRounded(tensor)) {
            return tensor.type().quantized() ? tensor.type() : TensorType.F32;
        }
        Role role = Roles.of(tensor.name(), tied);
        WeightTypes spent = role == Role.OUTPUT && bits(types) < bits(LEAST_OUTPUT) ? LEAST_OUTPUT : types;
        return spent.type(role, Roles.layer(tensor.name()), layers, Math.toIntExact(tensor.columns()));
    }

    private static double bits(WeightTypes types) {
        return 8.0 * types.base().blockBytes() / types.base().blockElements();
    }

    /** Bytes of all tensors as they are. */
    public long bytesBefore() {
        return tensors.stream()
                .mapToLong(tensor -> tensor.source().data().byteSize())
                .sum();
    }

    /** Bytes of all tensors in the new file. */
    public long bytesAfter() {
        return tensors.stream().mapToLong(PlannedTensor::bytes).sum();
    }

    /** Bits of the new file for each weight. */
    public double bitsPerWeight() {
        return 8.0
                * bytesAfter()
                / tensors.stream()
                        .mapToLong(tensor -> tensor.source().elements())
                        .sum();
    }

    /**
     * Writes the file.
     *
     * @return how far weights moved, for each type that some were rounded to
     * @throws EngineException if a weight is no number
     */
    public SequencedMap<TensorType, RoundingError> writeTo(WritableByteChannel channel, ProgressListener progress)
            throws IOException {
        GgufWriter writer = new GgufWriter()
                .metadata(model.metadata(), Quantization::isKept)
                .integer(FileType.KEY, fileType().number())
                .integer("general.quantization_version", LAYOUT_VERSION);
        Map<TensorType, RoundingError> errors = new EnumMap<>(TensorType.class);
        long total = bytesBefore();
        long[] done = {0};
        for (PlannedTensor tensor : tensors) {
            Tensor source = tensor.source();
            writer.tensor(source.name(), tensor.type(), source.columns(), source.rows(), source.matrices(), sink -> {
                refuseUnlessFinite(source);
                RoundingError error = tensor.writeTo(sink);
                if (tensor.type().quantized() && tensor.type() != source.type()) {
                    errors.merge(tensor.type(), error, RoundingError::plus);
                }
                done[0] += source.data().byteSize();
                progress.progress("rounding weights", done[0], total);
            });
        }
        writer.writeTo(channel);
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(errors));
    }

    private void refuseUnlessFinite(Tensor tensor) {
        NonFinite.firstIn(tensor).ifPresent(place -> {
            throw new EngineException(model.path() + ": " + place.message());
        });
    }

    /** Keys that say how the source was stored do not hold for the new file. */
    private static boolean isKept(String key) {
        return !key.startsWith("split.") && !key.equals("general.alignment") && !RowOrder.isUndone(key);
    }

    private FileType fileType() {
        return switch (types) {
            case Q3_K -> FileType.Q3_K_S;
            case Q4_K -> FileType.Q4_K_S;
            case Q5_K -> FileType.Q5_K_S;
            default -> FileType.valueOf(types.name());
        };
    }
}
