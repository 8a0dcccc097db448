package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.MemoryImage;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The weights of a model as the chips' memories hold them. */
final class ModelImage implements MemoryImage {
    private static final short ONE = Float.floatToFloat16(1);
    private static final short ALL_BITS = -1;

    private final ModelPlan plan;
    private final Map<String, Tensor> tensors;

    ModelImage(ModelPlan plan, Map<String, Tensor> tensors) {
        this.plan = plan;
        this.tensors = tensors;
    }

    @Override
    public void load(int chip, Writer writer) {
        Words words = new Words(writer, plan.cut().lanes());
        ones(words);
        slotMasks(words);
        if (!plan.graph().attentions().isEmpty()) {
            new PositionTables(plan)
                    .write((table, row, lanes) ->
                            words.vector(table, table.at(row).word(), lanes));
            StepTable steps = new StepTable(plan);
            Vectors table = plan.map().stepTable();
            for (int position = 0; position < table.count(); position++) {
                words.vector(table, table.at(position).word(), steps.row(position));
            }
        }
        if (chip < plan.cut().chips()) {
            plan.embedding().ifPresent(embedding -> embedding(chip, words, embedding));
        }
        for (int i = 0; i < plan.segments().size(); i++) {
            if (plan.stage(i) == chip / plan.cut().chips()) {
                new SegmentImage(plan.map(), plan.segments().get(i), plan.home(i), tensors, words).write(chip);
            }
        }
    }

    private void embedding(int rank, Words words, EmbeddingPlan plan) {
        Tensor table = SegmentImage.tensor(
                tensors,
                ((Op.Embedding) this.plan.graph().nodes().getFirst().op())
                        .table()
                        .name());
        List<int[]> columns = plan.columns(this.plan.residual(), rank);
        float[] row = new float[Math.toIntExact(table.columns())];
        short[] lanes = new short[this.plan.cut().lanes()];
        for (int token = 0; token < this.plan.graph().vocabularySize(); token++) {
            Dequantizer.dequantizeRow(table, token, row, 0);
            for (int vector = 0; vector < columns.size(); vector++) {
                int[] elements = columns.get(vector);
                for (int lane = 0; lane < lanes.length; lane++) {
                    boolean empty = lane >= elements.length || elements[lane] == Space.NOTHING;
                    lanes[lane] = empty ? 0 : Float.floatToFloat16(row[elements[lane]]);
                }
                words.row(Hemisphere.EAST, plan.group(token), plan.word(token, vector), lanes);
            }
        }
        for (int group = 0; group < plan.groups(); group++) {
            words.vector(
                    plan.before(),
                    plan.before().at(group).word(),
                    plan.before(group, this.plan.cut().lanes()));
        }
    }

    private void ones(Words words) {
        short[] row = new short[plan.cut().lanes()];
        Arrays.fill(row, ONE);
        for (Hemisphere hemisphere : Hemisphere.values()) {
            for (int pair = 0; pair < Slices.PAIRS; pair++) {
                words.row(hemisphere, pair, MemoryMap.ONES.word(), row);
            }
        }
    }

    private void slotMasks(Words words) {
        Vectors table = plan.map().slotMasks();
        int slot = plan.map().slot();
        for (int head = 0; head < table.count() - 1; head++) {
            int[] lanes = new int[plan.cut().lanes()];
            Arrays.fill(lanes, head * slot, (head + 1) * slot, ALL_BITS);
            words.vector(table, table.at(head).word(), lanes);
        }
    }
}
