package dev.lockstep.formats.huggingface;

import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * Experts as gpt-oss has them, in a copy as GGUF files do. The matrices of all experts of a layer are one tensor, the outputs of gate and up in turn; either
 * floats, transposed, or MXFP4 with codes and exponents in tensors of their own, where neighbours share a byte.
 */
final class InterleavedExperts {
    private static final Pattern NAME = Pattern.compile(
            "model\\.layers\\.(\\d{1,6})\\.mlp\\.experts\\.(gate_up_proj|down_proj)(|_bias|_blocks|_scales)");
    private static final String DAMAGED = "download the model again";
    private static final int BLOCK = 32;
    private static final int CODES = BLOCK / 2;

    private final Arena arena;
    private final Map<String, StoredTensor> stored = new LinkedHashMap<>();

    InterleavedExperts(Arena arena) {
        this.arena = arena;
    }

    static boolean isOne(String module) {
        return NAME.matcher(module).matches();
    }

    void take(String module, StoredTensor tensor) {
        stored.put(module, tensor);
    }

    /**
     * Every so many outputs of a tensor.
     *
     * @param name in GGUF files
     * @param first of them
     * @param step from one to the next
     */
    private record Part(String name, int first, int step) {}

    List<Tensor> tensors() {
        List<Tensor> tensors = new ArrayList<>();
        stored.forEach((module, tensor) -> {
            Matcher name = NAME.matcher(module);
            if (name.matches() && !name.group(3).equals("_scales")) {
                String block = "blk." + Integer.parseInt(name.group(1)) + ".";
                List<Part> parts = name.group(2).equals("down_proj")
                        ? List.of(new Part(block + "ffn_down_exps", 0, 1))
                        : List.of(new Part(block + "ffn_gate_exps", 0, 2), new Part(block + "ffn_up_exps", 1, 2));
                parts.forEach(part -> tensors.add(tensor(module, name.group(3), tensor, part)));
            }
        });
        return tensors;
    }

    private Tensor tensor(String module, String kind, StoredTensor tensor, Part part) {
        return switch (kind) {
            case "_bias" -> bias(tensor, part);
            case "_blocks" -> {
                StoredTensor scales = stored.get(module.replace("_blocks", "_scales"));
                if (scales == null) {
                    throw tensor.failure("has no scales", DAMAGED);
                }
                yield microscaled(tensor, scales, part);
            }
            default -> transposed(tensor, part);
        };
    }

    private Tensor bias(StoredTensor all, Part part) {
        long[] shape = requireShape(all, 2, 1, part);
        int outputs = (int) (shape[1] / part.step());
        float[] row = new float[Math.toIntExact(shape[1])];
        float[] values = new float[Math.toIntExact(shape[0] * outputs)];
        Tensor whole = new Tensor(all.name(), all.type(), shape[1], shape[0], 1, all.data());
        for (int expert = 0; expert < shape[0]; expert++) {
            Dequantizer.dequantizeRow(whole, expert, row, 0);
            for (int output = 0; output < outputs; output++) {
                values[expert * outputs + output] = row[part.step() * output + part.first()];
            }
        }
        Tensor flat = FloatVector.of(part.name() + ".bias", values, arena);
        return new Tensor(flat.name(), TensorType.F32, outputs, shape[0], 1, flat.data());
    }

    /** Of {@code [experts][inputs][outputs]}. */
    private Tensor transposed(StoredTensor all, Part part) {
        long[] shape = requireShape(all, 3, 2, part);
        long inputs = shape[1];
        long outputs = shape[2] / part.step();
        int bytes = (int) all.type().bytes(1);
        MemorySegment data = arena.allocate(all.data().byteSize() / part.step(), Long.BYTES);
        LongStream.range(0, shape[0] * outputs).parallel().forEach(row -> {
            long expert = row / outputs * inputs * shape[2];
            long column = row % outputs * part.step() + part.first();
            for (long input = 0; input < inputs; input++) {
                long from = (expert + input * shape[2] + column) * bytes;
                MemorySegment.copy(all.data(), from, data, (row * inputs + input) * bytes, bytes);
            }
        });
        return new Tensor(part.name() + ".weight", all.type(), inputs, outputs, shape[0], data);
    }

    /** Of codes {@code [experts][outputs][blocks][16]} and exponents {@code [experts][outputs][blocks]}. */
    private Tensor microscaled(StoredTensor codes, StoredTensor scales, Part part) {
        long[] shape = requireShape(codes, 4, 1, part);
        long[] exponents = requireShape(scales, 3, 1, part);
        if (shape[3] != CODES
                || exponents[0] != shape[0]
                || exponents[1] != shape[1]
                || exponents[2] != shape[2]
                || codes.type() != TensorType.I8
                || scales.type() != TensorType.I8) {
            throw codes.failure("and its scales are no blocks of 32", DAMAGED);
        }
        long blocks = shape[2];
        long outputs = shape[1] / part.step();
        int bytes = TensorType.MXFP4.blockBytes();
        MemorySegment data = arena.allocate(shape[0] * outputs * blocks * bytes, Long.BYTES);
        LongStream.range(0, shape[0] * outputs).parallel().forEach(row -> {
            long from = (row / outputs * shape[1] + row % outputs * part.step() + part.first()) * blocks;
            for (long block = 0; block < blocks; block++) {
                long target = (row * blocks + block) * bytes;
                data.set(ValueLayout.JAVA_BYTE, target, scales.data().get(ValueLayout.JAVA_BYTE, from + block));
                reorder(codes.data().asSlice((from + block) * CODES, CODES), data.asSlice(target + 1, CODES));
            }
        });
        return new Tensor(part.name() + ".weight", TensorType.MXFP4, blocks * BLOCK, outputs, shape[0], data);
    }

    /** Bytes of elements 2 j and 2 j + 1 become bytes of elements j and j + 16. */
    private static void reorder(MemorySegment source, MemorySegment target) {
        for (int j = 0; j < CODES; j++) {
            int low = code(source, j);
            int high = code(source, j + CODES);
            target.set(ValueLayout.JAVA_BYTE, j, (byte) (high << 4 | low));
        }
    }

    private static int code(MemorySegment source, int element) {
        return source.get(ValueLayout.JAVA_BYTE, element / 2) >> element % 2 * 4 & 15;
    }

    private static long[] requireShape(StoredTensor tensor, int dimensions, int outputs, Part part) {
        long[] shape = tensor.shape();
        if (shape.length != dimensions || shape[outputs] % part.step() != 0) {
            throw tensor.failure("has a shape that experts cannot have", DAMAGED);
        }
        return shape;
    }
}
