package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Chain;
import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.isa.Element;
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
        oneHot(words);
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
        int shared = plan.cut().chips();
        if (chip < shared) {
            plan.embedding().ifPresent(embedding -> embedding(chip, words, embedding));
        }
        for (int i = 0; i < plan.segments().size(); i++) {
            if (plan.stage(i) != chip / shared) {
                continue;
            }
            ModelPlan.Home home = plan.home(i);
            for (LinearPlan linear : plan.segments().get(i).linears()) {
                matrix(chip % shared, words, linear, home);
            }
            plan.segments().get(i).tokens().ifPresent(tokens -> tokens(chip % shared, words, tokens, home));
            for (VectorPlan vector : plan.segments().get(i).vectors()) {
                vector(chip % shared, words, vector, home);
            }
        }
    }

    private void embedding(int rank, Words words, EmbeddingPlan plan) {
        Tensor table =
                tensor(((Op.Embedding) this.plan.graph().nodes().getFirst().op())
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

    private void oneHot(Words words) {
        Vectors table = plan.map().oneHot();
        for (int d = 0; d < table.count(); d++) {
            int[] lanes = new int[plan.cut().lanes()];
            lanes[d] = ALL_BITS;
            words.vector(table, table.at(d).word(), lanes);
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

    private void matrix(int rank, Words words, LinearPlan linear, ModelPlan.Home home) {
        Tensor tensor = tensor(linear.matrix().name());
        TileWords tiles = linear.tiles();
        boolean integers = plan.cut().weights() == Element.INT8;
        float[] floats = new float[linear.matrix().columns()];
        short[] elements = new short[floats.length];
        for (int output = 0; output < tiles.outputs(); output++) {
            int[] rows = linear.rows().vectors().get(rank * tiles.outputs() + output);
            int[] scales = new int[plan.cut().lanes()];
            for (int r = 0; r < rows.length; r++) {
                if (rows[r] != Space.NOTHING) {
                    Dequantizer.dequantizeRow(tensor, rows[r], floats, 0);
                    if (integers) {
                        scales[r] = Float.floatToRawIntBits(RowQuantizer.quantize(floats, elements));
                    } else {
                        for (int column = 0; column < floats.length; column++) {
                            elements[column] = Float.floatToFloat16(floats[column]);
                        }
                    }
                    row(words, linear, home, output, r, elements);
                }
            }
            if (integers) {
                Vectors target = MemoryMap.constants(linear.scales(), tiles.outputs());
                words.vector(target, home.constants() + target.at(output).word(), scales);
            }
        }
    }

    private void row(Words words, LinearPlan linear, ModelPlan.Home home, int output, int r, short[] elements) {
        TileWords tiles = linear.tiles();
        short[] row = new short[plan.cut().lanes()];
        for (int chain = 0; chain < tiles.chains().size(); chain++) {
            Chain array = tiles.chains().get(chain);
            for (int block = 0; block < tiles.blocks(chain); block++) {
                int[] columns = linear.columns().vectors().get(tiles.index(chain, block));
                Arrays.fill(row, (short) 0);
                for (int lane = 0; lane < columns.length; lane++) {
                    row[lane] = columns[lane] == Space.NOTHING ? 0 : elements[columns[lane]];
                }
                int word = home.weights() + tiles.words(output, block).word() + r / Slices.PAIRS;
                if (plan.cut().weights() == Element.INT8) {
                    words.slice(array.hemisphere(), Slices.array8(r, array.plane()), word, row);
                } else {
                    words.row(array.hemisphere(), r % Slices.PAIRS, word, row);
                }
            }
        }
    }

    private void tokens(int rank, Words words, TokenPlan tokens, ModelPlan.Home home) {
        int count = tokens.rows().perShard() * plan.cut().shardsPerChip();
        Vectors target = MemoryMap.constants(tokens.word(), 2 * count);
        for (int v = 0; v < count; v++) {
            int[] elements = tokens.rows().vectors().get(rank * count + v);
            int[] numbers = new int[plan.cut().lanes()];
            int[] padding = new int[plan.cut().lanes()];
            Arrays.fill(padding, Float.floatToRawIntBits(PositionTables.HIDDEN));
            for (int lane = 0; lane < elements.length; lane++) {
                numbers[lane] = Float.floatToRawIntBits(-elements[lane]);
                padding[lane] = 0;
            }
            words.vector(target, home.constants() + target.at(v).word(), numbers);
            words.vector(target, home.constants() + target.at(count + v).word(), padding);
        }
    }

    private void vector(int rank, Words words, VectorPlan plan, ModelPlan.Home home) {
        Tensor tensor = tensor(plan.vector().name());
        float[] floats = new float[plan.vector().columns()];
        Dequantizer.dequantizeRow(tensor, 0, floats, 0);
        List<int[]> vectors = plan.space().vectors();
        int shards = this.plan.cut().shardsPerChip();
        int perChip = plan.space().perShard() * shards;
        List<int[]> own = plan.whole() ? vectors : vectors.subList(rank * perChip, (rank + 1) * perChip);
        Vectors target = MemoryMap.constants(plan.word(), own.size());
        for (int v = 0; v < own.size(); v++) {
            int[] elements = own.get(v);
            int[] lanes = new int[this.plan.cut().lanes()];
            for (int lane = 0; lane < elements.length; lane++) {
                lanes[lane] = elements[lane] == Space.NOTHING ? 0 : Float.floatToRawIntBits(floats[elements[lane]]);
            }
            words.vector(target, home.constants() + target.at(v).word(), lanes);
        }
    }

    private Tensor tensor(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CompilerException("The weights of " + name + " are missing. Give a model file, not a shape.");
        }
        return tensor;
    }

    /** Splits elements into byte planes. */
    private static final class Words {
        private final Writer writer;
        private final byte[] word;

        Words(Writer writer, int lanes) {
            this.writer = writer;
            this.word = new byte[lanes];
        }

        void row(Hemisphere hemisphere, int pair, int address, short[] lanes) {
            for (int plane = 0; plane < Short.BYTES; plane++) {
                for (int lane = 0; lane < word.length; lane++) {
                    word[lane] = (byte) (lanes[lane] >> Byte.SIZE * plane);
                }
                writer.write(hemisphere, Slices.array(pair, plane), address, word);
            }
        }

        /** The low bytes into one slice. */
        void slice(Hemisphere hemisphere, int slice, int address, short[] lanes) {
            for (int lane = 0; lane < word.length; lane++) {
                word[lane] = (byte) lanes[lane];
            }
            writer.write(hemisphere, slice, address, word);
        }

        void vector(Vectors target, int address, int[] lanes) {
            for (int plane = 0; plane < target.type().planes(); plane++) {
                for (int lane = 0; lane < word.length; lane++) {
                    word[lane] = (byte) (lanes[lane] >> Byte.SIZE * plane);
                }
                writer.write(target.hemisphere(), target.slice() + plane, address, word);
            }
        }
    }
}
