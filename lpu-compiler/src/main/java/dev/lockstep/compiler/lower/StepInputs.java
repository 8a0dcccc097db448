package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the host writes into chips before a token: its number (or its embedding, if the table is not on the chips), and its position. Chips that choose a token
 * leave both behind for the next one.
 */
final class StepInputs {
    private static final String LAST_TOKEN = "last-token";
    private static final String EMBEDDING = "embedding";
    private static final String POSITION = "position";

    private final ModelPlan plan;

    StepInputs(ModelPlan plan) {
        this.plan = plan;
    }

    /** The buffers of a chip. */
    List<Buffer> buffers(int chip) {
        List<Buffer> buffers = new ArrayList<>();
        MemoryMap map = plan.map();
        if (chip < plan.cut().chips()) {
            buffers.add(
                    plan.embedding().isPresent()
                            ? buffer(LAST_TOKEN, chip, map.token())
                            : buffer(EMBEDDING, chip, map.row()));
        }
        if (!plan.graph().attentions().isEmpty()) {
            buffers.add(buffer(POSITION, chip, map.position()));
        }
        return buffers;
    }

    /** One element a lane, as bits, of vector {@code vector} of the buffer called {@code name}. */
    int[] lanes(String name, int vector, Tensor embedding, int token, int position) {
        return switch (name) {
            case LAST_TOKEN -> all(token);
            case EMBEDDING -> embedding(vector, embedding, token);
            case POSITION -> all(position);
            default -> throw new IllegalArgumentException("no input is called " + name);
        };
    }

    private static Buffer buffer(String name, int chip, Vectors at) {
        return new Buffer(name, Buffer.Use.INPUT, chip, at.type(), at.hemisphere(), at.slice(), at.word(), at.count());
    }

    private int[] embedding(int vector, Tensor table, int token) {
        float[] row = new float[Math.toIntExact(table.columns())];
        Dequantizer.dequantizeRow(table, token, row, 0);
        int[] elements = plan.residual().vectors().get(vector);
        int[] lanes = new int[plan.cut().lanes()];
        for (int lane = 0; lane < elements.length; lane++) {
            if (elements[lane] != Space.NOTHING) {
                float half = Float.float16ToFloat(Float.floatToFloat16(row[elements[lane]]));
                lanes[lane] = Float.floatToRawIntBits(half * plan.embeddingScale());
            }
        }
        return lanes;
    }

    private int[] all(int value) {
        int[] lanes = new int[plan.cut().lanes()];
        Arrays.fill(lanes, value);
        return lanes;
    }
}
