package dev.lockstep.compiler.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.simulator.LpuSystem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Steps of {@link SmallDecoder}s on simulated chips, whose results are compared with theirs. */
final class DecodeRun implements AutoCloseable {
    /** Of the largest logit. Residual and partial sums are FP16. */
    private static final double TOLERANCE = 0.01;

    private static final double VALUE_TOLERANCE = 0.03;
    private static final int LANES = 320;
    private static final int GROUP = 16;

    private final Question question;
    private final Partition partition;
    private final List<SmallDecoder> users;
    private final LpuSystem system;

    /** @param users all at the same position, which the question's context has room for */
    DecodeRun(Question question, Partition partition, List<SmallDecoder> users) {
        this.question = question;
        this.partition = partition;
        this.users = users;
        this.system = new LpuSystem(question.machine(), question.chips());
        DecodeImage image = image(compiled());
        system.load(image.weights());
        system.load(image.caches());
    }

    private DecodeCompiler.WithLayouts compiled() {
        return DecodeCompiler.compileWithLayouts(
                question, partition, users.getFirst().position() + 1);
    }

    private DecodeImage image(DecodeCompiler.WithLayouts compiled) {
        return new DecodeImage(question, partition, compiled, users);
    }

    /** Does the next step of every user, one after the other through the pipeline; gives the program. */
    LpuProgram step() {
        var compiled = compiled();
        DecodeSchedule schedule = compiled.schedule();
        DecodeImage image = image(compiled);
        system.load(image.position());
        List<double[]> logits = new ArrayList<>();
        LpuProgram program = users.size() == 1 ? schedule.program() : schedule.inTurn(users.size());

        long cycles =
                system.run(program, host(compiled, program, image, logits)).cycles();

        assertThat(cycles).isEqualTo(schedule.cyclesInTurn(users.size()));
        for (int user = 0; user < users.size(); user++) {
            requireLogits(user, logits.get(user), users.get(user).step());
            requireAppended(compiled, image, user);
        }
        return program;
    }

    /** The host writes a user's first row when the first stage is free for it, and reads the logits before the next user's come. */
    private SortedMap<Long, Runnable> host(
            DecodeCompiler.WithLayouts compiled, LpuProgram program, DecodeImage image, List<double[]> logits) {
        SortedMap<Long, Runnable> host = new TreeMap<>();
        for (int user = 0; user < users.size(); user++) {
            int own = user;
            add(host, firstDispatch(program, 0, user), () -> system.load(image.residual(own)));
        }
        int last = partition.stages() - 1;
        for (int user = 1; user < users.size(); user++) {
            add(host, firstDispatch(program, last, user), () -> logits.add(logits(compiled)));
        }
        add(host, Long.MAX_VALUE, () -> logits.add(logits(compiled)));
        return host;
    }

    private static void add(SortedMap<Long, Runnable> host, long cycle, Runnable visit) {
        host.merge(cycle, visit, (earlier, later) -> () -> {
            earlier.run();
            later.run();
        });
    }

    private long firstDispatch(LpuProgram program, int stage, int turn) {
        long first = Long.MAX_VALUE;
        for (int rank = 0; rank < partition.tensor(); rank++) {
            Placement placement =
                    program.chips().get(stage * partition.tensor() + rank).get(turn);
            var queues = program.blocks().get(placement.block()).queues().values();
            for (var entries : queues) {
                first = Math.min(first, placement.start() + entries.getFirst().cycle());
            }
        }
        return first;
    }

    private static void requireLogits(int user, double[] logits, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < logits.length; i++) {
            assertThat(logits[i])
                    .as("logit %d of user %d", i, user)
                    .isCloseTo(expected[i], within(TOLERANCE * largest));
        }
    }

    private double[] logits(DecodeCompiler.WithLayouts compiled) {
        int first = (partition.stages() - 1) * partition.tensor();
        double[] logits = new double[users.getFirst().vocabulary()];
        int share = logits.length / partition.tensor();
        for (int rank = 0; rank < partition.tensor(); rank++) {
            for (Contents.Tile tile : compiled.layouts().getLast().contents().tiles()) {
                if (tile.matrix() == Contents.Matrix.HEAD && tile.input() == 0) {
                    Place place = Layout.logits(tile.plane().hemisphere(), tile.output());
                    byte[][] planes = new byte[4][];
                    for (int plane = 0; plane < planes.length; plane++) {
                        int slice = place.slices().get(plane);
                        planes[plane] = system.word(first + rank, tile.plane().hemisphere(), slice, place.word());
                    }
                    int length = GROUP * tile.groups();
                    for (int lane = 0; lane < length && tile.output() * length + lane < share; lane++) {
                        logits[rank * share + tile.output() * length + lane] = wide(planes, lane);
                    }
                }
            }
        }
        return logits;
    }

    private static float wide(byte[][] planes, int lane) {
        int bits = 0;
        for (int plane = 0; plane < planes.length; plane++) {
            bits |= (planes[plane][lane] & 0xff) << 8 * plane;
        }
        return Float.intBitsToFloat(bits);
    }

    /** The value of the position has been added to the transposed ones, and those before it are as they were. */
    private void requireAppended(DecodeCompiler.WithLayouts compiled, DecodeImage image, int user) {
        Geometry geometry = new Geometry(question.machine());
        for (int chip = 0; chip < partition.chips(); chip++) {
            int stage = chip / partition.tensor();
            for (Contents.Cached cached :
                    compiled.layouts().get(stage).contents().caches()) {
                int layer = (partition.firstHalf(stage) + cached.half()) / 2;
                for (int vector = 0; vector < image.shape().vectors(); vector++) {
                    requireAppended(image, geometry, chip, user, layer, cached, vector);
                }
            }
        }
    }

    private void requireAppended(
            DecodeImage image, Geometry geometry, int chip, int user, int layer, Contents.Cached cached, int vector) {
        SmallDecoder decoder = users.get(user);
        int position = decoder.position() - 1;
        int block = position / LANES;
        Hemisphere side = Cache.side(block);
        int keyHead = image.keyHead(chip, cached.keyHead());
        int size = image.shape().headSize();
        for (int element = 0; element < size; element++) {
            int word = image.base(chip, user)
                    + cached.cache().valueWord(block, vector).word()
                    + element / GROUP;
            byte[][] planes = new byte[2][];
            for (int plane = 0; plane < planes.length; plane++) {
                int slice = geometry.streaming(side).get(2 * (element % GROUP) + plane);
                planes[plane] = system.word(chip, side, slice, word);
            }
            for (int lane = 0; lane <= position % LANES; lane++) {
                int at = LANES * block + lane;
                double kept = Float.float16ToFloat((short) (planes[0][lane] & 0xff | planes[1][lane] << 8));
                assertThat(kept)
                        .as("value %d of position %d, user %d", vector * size + element, at, user)
                        .isCloseTo(
                                decoder.value(layer, keyHead, at, vector * size + element),
                                within(decoder.isMadeUp(at) ? 0 : VALUE_TOLERANCE));
            }
        }
    }

    @Override
    public void close() {
        system.close();
    }
}
