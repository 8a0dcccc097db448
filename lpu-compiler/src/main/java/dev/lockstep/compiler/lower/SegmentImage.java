package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Chain;
import dev.lockstep.compiler.layout.Slices;
import dev.lockstep.compiler.layout.Space;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.tensor.Dequantizer;
import dev.lockstep.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The weights of a segment as a chip's memory holds them. */
final class SegmentImage {
    private final MemoryMap map;
    private final SegmentPlan segment;
    private final SegmentPlan.Cut cut;
    private final ModelPlan.Home home;
    private final Map<String, Tensor> tensors;
    private final Words words;
    private int rank;

    SegmentImage(MemoryMap map, SegmentPlan segment, ModelPlan.Home home, Map<String, Tensor> tensors, Words words) {
        this.map = map;
        this.segment = segment;
        this.cut = segment.cut();
        this.home = home;
        this.tensors = tensors;
        this.words = words;
    }

    void write(int chip) {
        rank = chip % cut.chips();
        segment.linears().forEach(this::matrix);
        segment.routes().forEach(route -> ties(segment.ties(route)));
        segment.tokens().ifPresent(this::tokens);
        segment.vectors().forEach(this::vector);
    }

    private void matrix(LinearPlan linear) {
        Tensor tensor = tensor(tensors, linear.matrix().name());
        TileWords tiles = linear.tiles();
        boolean integers = cut.weights() == Element.INT8;
        float[] floats = new float[linear.beside() * linear.matrix().columns()];
        short[] elements = new short[floats.length];
        List<int[]> vectors = linear.rows().of(rank, cut.shardsPerChip());
        for (int output = 0; output < tiles.outputs(); output++) {
            int[] rows = vectors.get(output);
            int[] scales = new int[cut.lanes()];
            for (int r = 0; r < rows.length; r++) {
                if (rows[r] != Space.NOTHING) {
                    for (int matrix = 0; matrix < linear.beside(); matrix++) {
                        long row = matrix * tensor.rows() + rows[r];
                        Dequantizer.dequantizeRow(
                                tensor, row, floats, matrix * linear.matrix().columns());
                    }
                    if (integers) {
                        scales[r] = Float.floatToRawIntBits(RowQuantizer.quantize(floats, elements));
                    } else {
                        for (int column = 0; column < floats.length; column++) {
                            elements[column] = Float.floatToFloat16(floats[column]);
                        }
                    }
                    row(linear, output, r, elements);
                }
            }
            if (integers) {
                Vectors target = MemoryMap.constants(linear.scales(), tiles.outputs());
                words.vector(target, home.constants() + target.at(output).word(), scales);
            }
        }
    }

    private void row(LinearPlan linear, int output, int r, short[] elements) {
        TileWords tiles = linear.tiles();
        for (int round = 0; round < tiles.rounds(); round++) {
            int item = output * tiles.rounds() + round;
            for (int chain = 0; chain < tiles.chains().size(); chain++) {
                for (int block = 0; block < tiles.blocks(item, chain); block++) {
                    int[] columns = linear.columns().vectors().get(tiles.index(item, chain, block));
                    short[] row = new short[cut.lanes()];
                    for (int lane = 0; lane < columns.length; lane++) {
                        row[lane] = columns[lane] == Space.NOTHING ? 0 : elements[columns[lane]];
                    }
                    int word = tiles.words(item, block).word() + r / Slices.PAIRS;
                    row(tiles, tiles.chains().get(chain), word, r, row);
                }
            }
        }
    }

    /** @param word counted from where the matrix's words are counted from */
    private void row(TileWords tiles, Chain array, int word, int r, short[] row) {
        if (tiles.aside()) {
            words.slice(array.hemisphere(), Slices.aside(r), map.firstAside() + word, row);
        } else if (cut.weights() == Element.INT8) {
            words.slice(array.hemisphere(), Slices.array8(r, array.plane()), home.weights() + word, row);
        } else {
            words.row(array.hemisphere(), r % Slices.PAIRS, home.weights() + word, row);
        }
    }

    private void tokens(TokenPlan tokens) {
        int count = tokens.rows().perShard() * cut.shardsPerChip();
        Vectors target = MemoryMap.constants(tokens.word(), 2 * count);
        for (int v = 0; v < count; v++) {
            int[] elements = tokens.rows().vectors().get(rank * count + v);
            int[] numbers = new int[cut.lanes()];
            int[] padding = new int[cut.lanes()];
            Arrays.fill(padding, Float.floatToRawIntBits(PositionTables.HIDDEN));
            for (int lane = 0; lane < elements.length; lane++) {
                numbers[lane] = Float.floatToRawIntBits(-elements[lane]);
                padding[lane] = 0;
            }
            words.vector(target, home.constants() + target.at(v).word(), numbers);
            words.vector(target, home.constants() + target.at(count + v).word(), padding);
        }
    }

    /** For each expert ones in the lanes of those after it. */
    private void ties(Vectors table) {
        for (int expert = 0; expert < table.count(); expert++) {
            int[] lanes = new int[cut.lanes()];
            Arrays.fill(lanes, expert + 1, lanes.length, Float.floatToRawIntBits(1));
            words.vector(table, home.constants() + table.at(expert).word(), lanes);
        }
    }

    private void vector(VectorPlan plan) {
        Tensor tensor = tensor(tensors, plan.vector().name());
        float[] floats = new float[plan.vector().rows() * plan.vector().columns()];
        for (int row = 0; row < plan.vector().rows(); row++) {
            Dequantizer.dequantizeRow(tensor, row, floats, row * plan.vector().columns());
        }
        List<int[]> own = plan.whole() ? plan.space().vectors() : plan.space().of(rank, cut.shardsPerChip());
        Vectors target = MemoryMap.constants(plan.word(), own.size());
        for (int v = 0; v < own.size(); v++) {
            int[] elements = own.get(v);
            int[] lanes = new int[cut.lanes()];
            for (int lane = 0; lane < elements.length; lane++) {
                lanes[lane] = elements[lane] == Space.NOTHING ? 0 : Float.floatToRawIntBits(floats[elements[lane]]);
            }
            words.vector(target, home.constants() + target.at(v).word(), lanes);
        }
    }

    /** The tensor of a name; there are none where only a shape is known. */
    static Tensor tensor(Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CompilerException("The weights of " + name + " are missing. Give a model file, not a shape.");
        }
        return tensor;
    }
}
