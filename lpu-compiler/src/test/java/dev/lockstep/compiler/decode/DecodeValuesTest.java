package dev.lockstep.compiler.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.FeedForwardSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.compiler.partition.Objective;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.simulator.LpuSystem;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The schedules that tell how fast large models are compute what they should: the same code, for models whose values can be simulated. */
class DecodeValuesTest {
    /** Of the largest logit. Residual and partial sums are FP16. */
    private static final double TOLERANCE = 0.01;

    @ParameterizedTest
    @CsvSource({
        // topology, chips, chips a stage, stages, width, heads, key heads, size of a head, hidden, positions
        "NODE, 8, 8, 1, 320, 8, 8, 32, 512, 1",
        "NODE, 8, 8, 1, 512, 24, 8, 128, 12800, 3",
        "NODE, 8, 8, 1, 960, 8, 8, 32, 1024, 3",
        "QUADFOUR_LINE, 24, 8, 3, 640, 16, 8, 32, 1024, 40",
        "DRAGONFLY, 24, 8, 3, 640, 16, 16, 32, 2560, 700",
        "QUADFOUR_LINE, 64, 32, 2, 640, 64, 8, 32, 1024, 330"
    })
    void shouldComputeWhatTheModelSays(
            Topology topology,
            int chips,
            int tensor,
            int stages,
            int width,
            int heads,
            int keyHeads,
            int headSize,
            int hidden,
            int positions) {
        Machine machine = Machine.lpuV1();
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(heads, keyHeads, headSize, Integer.MAX_VALUE),
                new FeedForwardSizes(hidden, 1, 1, 0));
        ModelSizes model = new ModelSizes("small", width, Collections.nCopies(2, layer), 512, 4096, false);
        Question question =
                new Question(model, machine, topology, chips, positions, 1, WeightPrecision.INT8, Objective.LATENCY);
        HeadSplit split = tensor > keyHeads ? HeadSplit.COPIED_KEYS : HeadSplit.BY_KEY_HEADS;
        requireRight(question, Partition.even(tensor, stages, 2, split, WeightPrecision.INT8));
    }

    private static DecodeCompiler.WithLayouts requireRight(Question question, Partition partition) {
        int position = question.context() - 1;
        SmallDecoder decoder = new SmallDecoder(question.model(), position);
        var compiled = DecodeCompiler.compileWithLayouts(question, partition);
        int headSize =
                ((AttentionSizes.Grouped) question.model().layers().getFirst().attention()).headSize();

        double[] expected = decoder.logits();
        double[] logits = new double[expected.length];
        try (LpuSystem system = new LpuSystem(question.machine(), question.chips())) {
            DecodeImage image = new DecodeImage(question, partition, compiled, decoder);
            system.load(image);
            long cycles = system.run(compiled.schedule().program()).cycles();
            assertThat(cycles).isEqualTo(compiled.schedule().predictedCycles());
            read(system, partition, compiled, logits);
            requireAppended(system, partition, compiled, image, decoder, position, headSize);
        }

        double largest = java.util.Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < logits.length; i++) {
            assertThat(logits[i]).as("logit " + i).isCloseTo(expected[i], within(TOLERANCE * largest));
        }
        return compiled;
    }

    /** The value of the position has been added to the transposed ones, and those before it are as they were. */
    private static void requireAppended(
            LpuSystem system,
            Partition partition,
            DecodeCompiler.WithLayouts compiled,
            DecodeImage image,
            SmallDecoder decoder,
            int position,
            int headSize) {
        Geometry geometry = new Geometry(Machine.lpuV1());
        int block = position / 320;
        for (int chip = 0; chip < partition.chips(); chip++) {
            int stage = chip / partition.tensor();
            for (Contents.Cached cached :
                    compiled.layouts().get(stage).contents().caches()) {
                int layer = (partition.firstHalf(stage) + cached.half()) / 2;
                int keyHead = image.keyHead(chip, cached.keyHead());
                for (int element = 0; element < headSize; element++) {
                    int word =
                            image.base(chip) + cached.cache().valueWord(block).word() + element / 16;
                    float[] lanes = new float[320];
                    byte[][] planes = new byte[2][];
                    for (int plane = 0; plane < 2; plane++) {
                        int slice = geometry.streaming(Cache.side(block)).get(2 * (element % 16) + plane);
                        planes[plane] = system.word(chip, Cache.side(block), slice, word);
                    }
                    for (int lane = 0; lane < lanes.length; lane++) {
                        lanes[lane] = Float.float16ToFloat((short) (planes[0][lane] & 0xff | planes[1][lane] << 8));
                    }
                    boolean kept = true;
                    for (int lane = 0; lane < position % 320; lane++) {
                        kept &= lanes[lane] == decoder.pastValue(layer, keyHead, 320 * block + lane, element);
                    }
                    assertThat(kept).isTrue();
                    assertThat((double) lanes[position % 320])
                            .isCloseTo(decoder.value(layer, keyHead, element), within(0.03));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        // topology, chips, stages, width, hidden, experts, used
        "NODE, 8, 1, 960, 512, 8, 2",
        "QUADFOUR_LINE, 16, 2, 640, 2816, 6, 3"
    })
    void shouldChooseExperts(Topology topology, int chips, int stages, int width, int hidden, int experts, int used) {
        var layer = new LayerSizes(
                new AttentionSizes.Grouped(8, 8, 32, Integer.MAX_VALUE),
                new FeedForwardSizes(hidden, experts, used, 0));
        ModelSizes model = new ModelSizes("experts", width, List.of(layer), 512, 4096, false);
        Question question =
                new Question(model, Machine.lpuV1(), topology, chips, 3, 1, WeightPrecision.INT8, Objective.LATENCY);
        Partition partition = Partition.even(8, stages, 1, HeadSplit.BY_KEY_HEADS, WeightPrecision.INT8);
        var compiled = requireRight(question, partition);
        assertThat(new LegalityChecker(question.machine())
                        .check(compiled.schedule().program()))
                .isEmpty();
    }

    private static org.assertj.core.data.Offset<Double> within(double offset) {
        return org.assertj.core.data.Offset.offset(offset);
    }

    private static void read(
            LpuSystem system, Partition partition, DecodeCompiler.WithLayouts compiled, double[] logits) {
        int first = (partition.stages() - 1) * partition.tensor();
        int share = logits.length / partition.tensor();
        for (int rank = 0; rank < partition.tensor(); rank++) {
            for (Contents.Tile tile : compiled.layouts().getLast().contents().tiles()) {
                if (tile.matrix() == Contents.Matrix.HEAD && tile.input() == 0) {
                    Place place = Layout.logits(tile.plane().hemisphere(), tile.output());
                    int length = 16 * tile.groups();
                    for (int lane = 0; lane < length && tile.output() * length + lane < share; lane++) {
                        int bits = 0;
                        for (int plane = 0; plane < 4; plane++) {
                            byte[] word = system.word(
                                    first + rank,
                                    tile.plane().hemisphere(),
                                    place.slices().get(plane),
                                    place.word());
                            bits |= (word[lane] & 0xff) << 8 * plane;
                        }
                        logits[rank * share + tile.output() * length + lane] = Float.intBitsToFloat(bits);
                    }
                }
            }
        }
    }
}
