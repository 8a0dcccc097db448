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

    /**
     * What goes through the pipeline after another.
     *
     * @param row of a step, with its tables
     */
    private record Turn(int user, DecodeCompiler.WithStages compiled, DecodeImage row) {}

    /** @param users all at the same position, which the question's context has room for */
    DecodeRun(Question question, Partition partition, List<SmallDecoder> users) {
        this.question = question;
        this.partition = partition;
        this.users = users;
        this.system = new LpuSystem(question.machine(), question.chips());
        Turn first = turn(0, StepRow.only(users.getFirst().position() + 1));
        system.load(first.row().weights());
        system.load(first.row().caches());
    }

    private Turn turn(int user, StepRow row) {
        var compiled = DecodeCompiler.compile(question, partition, row);
        return turn(user, row, compiled);
    }

    private Turn turn(int user, StepRow row, DecodeCompiler.WithStages compiled) {
        return new Turn(user, compiled, new DecodeImage(question, partition, compiled, users, row));
    }

    /** Does the next step of every user, one after the other through the pipeline; gives the program. */
    LpuProgram step() {
        Turn first = turn(0, StepRow.only(users.getFirst().position() + 1));
        DecodeSchedule schedule = first.compiled().schedule();
        List<Turn> turns = new ArrayList<>();
        for (int user = 0; user < users.size(); user++) {
            turns.add(new Turn(user, first.compiled(), first.row()));
        }
        LpuProgram program = users.size() == 1 ? schedule.program() : schedule.inTurn(users.size());
        run(program, schedule.cyclesInTurn(users.size()), turns);
        return program;
    }

    /** Does as many steps of the first user as one of several rows; gives the program. */
    LpuProgram rows(int rows) {
        int first = users.getFirst().position();
        List<DecodeCompiler.WithStages> programs = RowsCompiler.programs(question, partition, rows, first + rows);
        RowsSchedule schedule = RowsCompiler.join(programs);
        List<Turn> turns = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            turns.add(turn(0, new StepRow(row, rows, first + row + 1), programs.get(row)));
        }
        // Scales lie behind the tables of all rows.
        system.load(turns.getFirst().row().weights());
        run(schedule.program(), schedule.predictedCycles(), turns);
        return schedule.program();
    }

    /** The first user's guesses from a position on were wrong. */
    void backTo(int position) {
        users.getFirst().backTo(position);
    }

    private void run(LpuProgram program, long predicted, List<Turn> turns) {
        turns.forEach(turn -> system.load(turn.row().position()));
        List<double[]> logits = new ArrayList<>();

        long cycles = system.run(program, host(program, turns, logits)).cycles();

        assertThat(cycles).isEqualTo(predicted);
        for (int turn = 0; turn < turns.size(); turn++) {
            requireLogits(
                    turn, logits.get(turn), users.get(turns.get(turn).user()).step());
        }
        for (Turn turn : turns) {
            requireAppended(turn.compiled(), turn.row(), turn.user());
        }
    }

    /** The host writes the first row of a turn when the first stage is free for it, and reads the logits before the next turn's come. */
    private SortedMap<Long, Runnable> host(LpuProgram program, List<Turn> turns, List<double[]> logits) {
        SortedMap<Long, Runnable> host = new TreeMap<>();
        for (int number = 0; number < turns.size(); number++) {
            Turn turn = turns.get(number);
            add(
                    host,
                    firstDispatch(program, 0, number),
                    () -> system.load(turn.row().residual(turn.user())));
        }
        int last = partition.stages() - 1;
        var compiled = turns.getFirst().compiled();
        for (int number = 1; number < turns.size(); number++) {
            add(host, firstDispatch(program, last, number), () -> logits.add(logits(compiled)));
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

    private static void requireLogits(int turn, double[] logits, double[] expected) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < logits.length; i++) {
            assertThat(logits[i])
                    .as("logit %d of turn %d", i, turn)
                    .isCloseTo(expected[i], within(TOLERANCE * largest));
        }
    }

    private double[] logits(DecodeCompiler.WithStages compiled) {
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
    private void requireAppended(DecodeCompiler.WithStages compiled, DecodeImage image, int user) {
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
        if (keyHead == DecodeImage.NONE) {
            return;
        }
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
