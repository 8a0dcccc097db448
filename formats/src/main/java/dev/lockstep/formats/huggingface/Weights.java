package dev.lockstep.formats.huggingface;

import dev.lockstep.formats.FormatException;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The tensors of a directory as a GGUF file would hold them. Matrices stay where they are; vectors become floats, and the matrices of experts, which
 * lie apart, are copied one behind the other.
 */
final class Weights {
    private static final long MOST_VECTOR = 1 << 24;
    private static final String DAMAGED = "download the model again";

    private final JsonFile config;
    private final Family family;
    private final Arena arena;
    private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, TreeMap<Integer, StoredTensor>> experts = new LinkedHashMap<>();
    private final InterleavedExperts interleaved;

    Weights(JsonFile config, Family family, Arena arena) {
        this.config = config;
        this.family = family;
        this.arena = arena;
        this.interleaved = new InterleavedExperts(arena);
    }

    /** The divisors of frequencies that the config describes. */
    RopeFactors ropeFactors() {
        return new RopeFactors(arena, tensors);
    }

    SequencedMap<String, Tensor> tensors() {
        return tensors;
    }

    /** Takes all tensors of a language model. */
    void take(Iterable<StoredTensor> stored) {
        TensorNames names = new TensorNames(family.names());
        for (StoredTensor tensor : stored) {
            String module = LanguageModel.module(tensor.name());
            if (!isLeftOut(module)) {
                take(names, module, tensor);
            }
        }
        experts.forEach(this::stack);
        for (Tensor tensor : interleaved.tensors()) {
            if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
                throw config.failure("model_type", "has " + tensor.name() + " twice", DAMAGED);
            }
        }
    }

    private boolean isLeftOut(String module) {
        // Gemma's configs are silent, since all of its models are tied.
        boolean tied = module.equals("lm_head.weight") && config.flag("tie_word_embeddings", family.gainsWithoutOne());
        // Layers behind the last predict further tokens.
        boolean behind = TensorNames.layer(module).orElse(0) >= config.requireInteger("num_hidden_layers");
        return tied || behind || LanguageModel.isOfOtherPart(module) || module.endsWith("rotary_emb.inv_freq");
    }

    private void take(TensorNames names, String module, StoredTensor tensor) {
        Optional<TensorNames.Expert> expert = TensorNames.expert(module);
        if (expert.isPresent()) {
            experts.computeIfAbsent(expert.get().stack(), _ -> new TreeMap<>())
                    .put(expert.get().index(), tensor);
        } else if (InterleavedExperts.isOne(module)) {
            interleaved.take(module, tensor);
        } else if (module.endsWith(".block_sparse_moe.input_linear.weight")) {
            String block = "blk." + TensorNames.layer(module).orElseThrow() + ".";
            put(block + "ffn_gate_exps.weight", half(tensor, 0));
            put(block + "ffn_up_exps.weight", half(tensor, 1));
        } else if (module.endsWith(".block_sparse_moe.output_linear.weight")) {
            put("blk." + TensorNames.layer(module).orElseThrow() + ".ffn_down_exps.weight", tensor);
        } else {
            String name = names.of(module)
                    .orElseThrow(() -> tensor.failure(
                            "is not known in " + family.type() + " models and would be ignored", "use a GGUF file"));
            put(name, tensor);
        }
    }

    private void put(String name, StoredTensor stored) {
        if (stored.type() == TensorType.I8) {
            throw stored.failure("has the type \"U8\"", "use a model in BF16, F16 or F32");
        }
        boolean gate = name.endsWith("ffn_gate_inp_shexp.weight");
        Tensor tensor = stored.isVector() || gate ? vector(name, stored) : matrix(name, stored);
        if (tensors.putIfAbsent(name, tensor) != null) {
            throw stored.failure("is there under two names", DAMAGED);
        }
    }

    private static Tensor matrix(String name, StoredTensor stored) {
        long[] shape = stored.shape();
        if (shape.length > 3) {
            throw stored.failure("has " + shape.length + " dimensions", DAMAGED);
        }
        long matrices = shape.length == 3 ? shape[0] : 1;
        return new Tensor(name, stored.type(), stored.columns(), stored.rows() / matrices, matrices, stored.data());
    }

    private Tensor vector(String name, StoredTensor stored) {
        long length = stored.columns() * stored.rows();
        if (length > MOST_VECTOR) {
            throw stored.failure("has " + length + " elements in one row", DAMAGED);
        }
        float[] values = new float[(int) length];
        Dequantizer.dequantizeRow(new Tensor(name, stored.type(), length, 1, 1, stored.data()), 0, values, 0);
        float shift = family.gainsWithoutOne() && name.endsWith("norm.weight") ? 1 : 0;
        for (int i = 0; i < values.length; i++) {
            values[i] += shift;
        }
        return FloatVector.of(name, values, arena);
    }

    /** Gates and ups of an expert lie in one matrix, gates first. */
    private StoredTensor half(StoredTensor both, int which) {
        long[] shape = both.shape();
        if (shape.length != 3 || shape[1] % 2 != 0) {
            throw both.failure("is no stack of two halves", DAMAGED);
        }
        long bytes = both.data().byteSize() / shape[0] / 2;
        MemorySegment data = arena.allocate(bytes * shape[0], Long.BYTES);
        for (long expert = 0; expert < shape[0]; expert++) {
            data.asSlice(expert * bytes, bytes).copyFrom(both.data().asSlice((2 * expert + which) * bytes, bytes));
        }
        return new StoredTensor(
                both.file(), both.name(), both.type(), new long[] {shape[0], shape[1] / 2, shape[2]}, data);
    }

    private void stack(String name, TreeMap<Integer, StoredTensor> matrices) {
        StoredTensor first = matrices.firstEntry().getValue();
        long count = matrices.size();
        if (matrices.lastKey() != count - 1) {
            throw new FormatException("%s: the matrices of %d experts are missing for %s; %s"
                    .formatted(first.file(), matrices.lastKey() + 1 - count, name, DAMAGED));
        }
        long bytes = first.data().byteSize();
        MemorySegment data = arena.allocate(Math.multiplyExact(bytes, count), Long.BYTES);
        matrices.forEach((index, matrix) -> {
            if (matrix.type() != first.type() || matrix.columns() != first.columns() || matrix.rows() != first.rows()) {
                throw matrix.failure("differs in type or shape from " + first.name(), DAMAGED);
            }
            data.asSlice(index * bytes, bytes).copyFrom(matrix.data());
        });
        put(
                name,
                new StoredTensor(
                        first.file(),
                        first.name(),
                        first.type(),
                        new long[] {count, first.rows(), first.columns()},
                        data));
    }
}
