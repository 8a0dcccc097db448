package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the host writes into chips before a token: its embedding, and numbers that depend on its position: rows of tables, and where its keys and values belong.
 */
final class StepInputs {
    /** Puts a number into both halves of a lane, so that two instructions can read it at the same time. */
    private static final int TWICE = 0x10001;

    private final ModelPlan plan;

    StepInputs(ModelPlan plan) {
        this.plan = plan;
    }

    /** The buffers of a chip. */
    List<Buffer> buffers(int chip) {
        List<Buffer> buffers = new ArrayList<>();
        inputs(chip / plan.cut().chips()).forEach(input -> {
            Vectors at = input.at();
            buffers.add(new Buffer(
                    input.name(),
                    Buffer.Use.INPUT,
                    chip,
                    at.type(),
                    at.hemisphere(),
                    at.slice(),
                    at.word(),
                    at.count()));
        });
        return buffers;
    }

    /** One element a lane, as bits, of vector {@code vector} of the buffer called {@code name}. */
    int[] lanes(String name, int vector, Tensor embedding, int token, int position) {
        return switch (name) {
            case "embedding" -> embedding(vector, embedding, token);
            case "row-numbers" -> all(rowNumber(vector, position));
            case "key-offsets" ->
                all(
                        vector == position % Slices.PAIRS
                                ? position / Slices.PAIRS
                                : plan.map().keyDump());
            case "value-offset" ->
                all(position / plan.cut().lanes() * plan.map().blockWords() * TWICE);
            default -> throw new IllegalArgumentException("no input is called " + name);
        };
    }

    private record Input(String name, Vectors at) {}

    private List<Input> inputs(int stage) {
        MemoryMap map = plan.map();
        List<Input> inputs = new ArrayList<>();
        if (stage == 0) {
            inputs.add(new Input("embedding", map.row()));
        }
        if (!plan.graph().attentions().isEmpty()) {
            inputs.add(new Input("row-numbers", map.rowNumbers()));
            inputs.add(new Input("key-offsets", map.keyOffsets()));
            inputs.add(new Input("value-offset", map.valueOffset()));
        }
        return inputs;
    }

    private int[] embedding(int vector, Tensor table, int token) {
        float[] row = new float[Math.toIntExact(table.columns())];
        Dequantizer.dequantizeRow(table, token, row, 0);
        if (plan.graph().nodes().get(1).op() instanceof Op.Scale scale) {
            for (int i = 0; i < row.length; i++) {
                row[i] *= scale.factor();
            }
        }
        int[] elements = plan.residual().vectors().get(vector);
        int[] lanes = new int[plan.cut().lanes()];
        for (int lane = 0; lane < elements.length; lane++) {
            lanes[lane] = elements[lane] == Space.NOTHING ? 0 : Float.floatToRawIntBits(row[elements[lane]]);
        }
        return lanes;
    }

    /** In the order of {@link MemoryMap#rowNumbers}. */
    private int rowNumber(int vector, int position) {
        int lanes = plan.cut().lanes();
        return switch (vector) {
            case 0 -> position;
            case 1 -> position % lanes;
            default -> Math.clamp(position + 1 - (vector - 2) * lanes, 0, lanes);
        };
    }

    private int[] all(int value) {
        int[] lanes = new int[plan.cut().lanes()];
        Arrays.fill(lanes, value);
        return lanes;
    }
}
