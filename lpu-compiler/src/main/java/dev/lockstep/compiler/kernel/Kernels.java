package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.LaneMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/** The operations of a model, placed one after another into one block. */
public final class Kernels {
    /** sqrt(2 / pi). */
    private static final float GELU_LINEAR = 0.7978845608f;

    /** 0.044715 sqrt(2 / pi). */
    private static final float GELU_CUBIC = 0.0356774081f;

    private final Chip chip;
    private final Labels labels;
    private final Maps maps;
    private final Scheduler scheduler;

    public Kernels(Chip chip, Labels labels, Maps maps, Scheduler scheduler) {
        this.chip = chip;
        this.labels = labels;
        this.maps = maps;
        this.scheduler = scheduler;
    }

    /**
     * RMS norm of a row of floats.
     *
     * @param blocks numbers of the vectors that hold anything: the first goes to the west, the second to the east, and so on
     * @param west room for two vectors
     * @param east room for two vectors
     */
    public void norm(
            Vectors row,
            Vectors gain,
            int width,
            float epsilon,
            List<Integer> blocks,
            Map<Hemisphere, Vectors> targets,
            Vectors west,
            Vectors east) {
        int last = row.count() - 1;
        Pass squares = new Pass(chip, labels, "squares");
        Node x = Pass.load(row);
        squares.store(
                new Node.Running(BinaryOperation.ADD, Pass.multiply(x, x), row.count()),
                west.slice(0, 1),
                item -> item == last ? 0 : Pass.NOWHERE);
        place(squares.fragment(row.count()));

        place(new Reduction(chip, labels, maps)
                .fragments(
                        "sum of squares", BinaryOperation.ADD, west.slice(0, 1), east.slice(0, 1), west.slice(1, 1)));

        Pass root = new Pass(chip, labels, "inverse root");
        root.store(inverseRoot(Pass.load(west.slice(1, 1)), width, epsilon), east.slice(1, 1));
        place(root.fragment(1));

        for (Hemisphere hemisphere : Hemisphere.values()) {
            int count = hemisphere == Hemisphere.WEST ? (blocks.size() + 1) / 2 : blocks.size() / 2;
            if (count > 0) {
                Pass scale = new Pass(chip, labels, "scale");
                Node value = Pass.load(row, item -> blocks.get(2 * item + hemisphere.ordinal()));
                Node scaled = Pass.multiply(value, Pass.load(east.slice(1, 1), _ -> 0));
                Node result =
                        Pass.multiply(scaled, Pass.load(gain, item -> blocks.get(2 * item + hemisphere.ordinal())));
                scale.store(
                        Pass.half(result),
                        targets.get(hemisphere),
                        item -> blocks.get(2 * item + hemisphere.ordinal()));
                place(scale.fragment(count));
            }
        }
    }

    /**
     * RMS norm of each head by itself.
     *
     * @param heads a vector each, in the east
     * @param gain one vector
     * @param west room for two vectors a head
     * @param east room for one
     */
    public void headNorm(
            Vectors heads, Vectors gain, int width, float epsilon, Vectors west, Vectors east, Vectors target) {
        int count = heads.count();
        Vectors squares = west.slice(0, count);
        Vectors sums = west.slice(count, count);
        Pass square = new Pass(chip, labels, "squares of heads");
        Node x = Pass.load(heads);
        square.store(Pass.multiply(x, x), squares);
        place(square.fragment(count));
        place(new Reduction(chip, labels, maps).fragments("sum of squares", BinaryOperation.ADD, squares, east, sums));
        Pass root = new Pass(chip, labels, "inverse roots");
        root.store(inverseRoot(Pass.load(sums), width, epsilon), squares);
        place(root.fragment(count));
        Pass scale = new Pass(chip, labels, "scale heads");
        scale.store(
                Pass.multiply(Pass.multiply(Pass.load(heads), Pass.load(squares)), Pass.load(gain, _ -> 0)), target);
        place(scale.fragment(count));
    }

    private static Node inverseRoot(Node sum, int width, float epsilon) {
        Node mean = Pass.multiply(sum, Pass.constant(1f / width));
        return Pass.unary(UnaryOperation.RSQRT, Pass.add(mean, Pass.constant(epsilon)));
    }

    private static Node softCap(Node x, float cap) {
        Node tanh = Pass.unary(UnaryOperation.TANH, Pass.multiply(x, Pass.constant(1 / cap)));
        return Pass.multiply(tanh, Pass.constant(cap));
    }

    /**
     * A matrix times a row, times a scale for each row of the matrix if there are any.
     *
     * @param epilogue what becomes of the result before it is stored, step by step
     */
    public void linear(
            String name,
            TileWords tiles,
            Element weights,
            Map<Hemisphere, Vectors> row,
            Optional<Vectors> scales,
            List<Elementwise> epilogue,
            List<Vectors> targets) {
        Linear linear = new Linear(chip, labels, tiles, weights);
        Node product = linear.result();
        Node scaled = scales.map(s -> Pass.multiply(product, Pass.load(s))).orElse(product);
        Node result = scaled;
        for (Elementwise step : epilogue) {
            result = switch (step) {
                case Elementwise.Bias bias -> Pass.add(result, Pass.load(bias.vectors()));
                case Elementwise.Scale scale -> Pass.multiply(result, Pass.constant(scale.factor()));
                case Elementwise.SoftCap soft -> softCap(result, soft.cap());
            };
        }
        Node last = result;
        Pass pass = new Pass(chip, labels, name);
        targets.forEach(target -> pass.store(last, target));
        place(linear.fragment(name, row, pass));
    }

    /**
     * The token with the largest logit.
     *
     * @param west gives room for as many vectors as are asked for; {@code east} as well
     */
    public void choose(
            Vectors logits,
            Vectors numbers,
            Vectors padding,
            IntFunction<Vectors> west,
            IntFunction<Vectors> east,
            Vectors token,
            int chips) {
        Choice.Places places = new Choice.Places(
                logits,
                numbers,
                padding,
                west.apply(Choice.westRoom(logits.count())),
                east.apply(Choice.eastRoom(chips)),
                token);
        new Choice(chip, labels, maps, this).run(places, chips);
    }

    /**
     * The row of a token, or a chip's share of it.
     *
     * @param token an integer in every lane
     * @param before the token before the first one of each table
     * @param tables with {@code rows} tokens each; for every vector of a row a row of zeros, one for each token, and zeros again
     * @param maps room for an integer vector for each table
     */
    public void embed(
            Vectors token,
            Vectors before,
            List<Vectors> tables,
            int rows,
            Vectors maps,
            float scale,
            List<Vectors> targets) {
        new Embedding(chip, labels, this)
                .run(
                        new Embedding.Places(token, before, tables, rows, maps),
                        targets.getFirst().count(),
                        scale,
                        targets);
    }

    /** Fetches row {@code numbers[i]} of {@code tables[i]} to {@code targets[i]}. */
    public void lookUp(List<Vectors> tables, List<Vectors> numbers, List<Vectors> targets) {
        List<Lookup.Row> rows = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            rows.add(new Lookup.Row(tables.get(i), numbers.get(i), targets.get(i)));
        }
        place(Lookup.fragment(chip, labels, rows));
    }

    /**
     * Spreads lanes of a vector over all lanes of others, lane after lane.
     *
     * @param row one vector
     * @param targets of as many lanes as they have vectors, each in several places
     */
    public void spread(Vectors row, List<List<Vectors>> targets) {
        Pass pass = new Pass(chip, labels, "spread");
        Node lane = Pass.unary(
                UnaryOperation.COPY,
                Pass.shuffled(row, _ -> 0, new Node.Shuffle(true, item -> maps.index(LaneMap.of(chip.lanes(), item)))));
        int first = 0;
        for (List<Vectors> places : targets) {
            int begin = first;
            int count = places.getFirst().count();
            for (Vectors place : places) {
                pass.store(lane, place, item -> item < begin || item >= begin + count ? Pass.NOWHERE : item - begin);
            }
            first += count;
        }
        place(pass.fragment(first));
    }

    /** Adds one to integers. */
    public void increment(Vectors numbers) {
        Pass pass = new Pass(chip, labels, "count");
        pass.store(Pass.add(Pass.load(numbers), new Node.Constant(Element.INT32, 1)), numbers);
        place(pass.fragment(numbers.count()));
    }

    /** Elementwise sum of two rows. */
    public void add(Vectors a, Vectors b, Vectors target) {
        Pass pass = new Pass(chip, labels, "add");
        pass.store(Pass.add(Pass.load(a), Pass.load(b)), target);
        place(pass.fragment(target.count()));
    }

    /** {@code activation(gate) * up} in half precision. */
    public void gate(Activation activation, Vectors gate, Vectors up, List<Vectors> targets) {
        Pass pass = new Pass(chip, labels, "gate");
        Node x = Pass.load(gate);
        Node half = Pass.constant(0.5f);
        Node argument = switch (activation) {
            case SILU -> Pass.multiply(x, half);
            case GELU -> {
                Node cubic = Pass.multiply(Pass.multiply(x, x), Pass.constant(GELU_CUBIC));
                yield Pass.multiply(x, Pass.add(cubic, Pass.constant(GELU_LINEAR)));
            }
            case SWIGLU_OAI -> throw new IllegalStateException("planned nevertheless: " + activation);
        };
        Node tanh = Pass.unary(UnaryOperation.TANH, argument);
        Node activated = Pass.multiply(x, Pass.add(Pass.multiply(tanh, half), half));
        Node result = Pass.half(Pass.multiply(activated, Pass.load(up)));
        targets.forEach(target -> pass.store(result, target));
        place(pass.fragment(gate.count()));
    }

    /** Rotates queries and keys, appends keys and values to their caches, and attends to them. */
    public void attention(
            Op.Attention op,
            HeadCut cut,
            int positions,
            int keyWords,
            int valueWords,
            Vectors q,
            Vectors k,
            Vectors v,
            AttentionPlaces places,
            Map<Hemisphere, Vectors> targets) {
        new Attending(chip, labels, maps, this, op, cut, positions).run(q, k, v, places, keyWords, valueWords, targets);
    }

    /**
     * Sends what a chip has to all others.
     *
     * @param own by the hemisphere from which it is sent
     * @param arriving by port
     * @param whole everything that is complete afterwards
     */
    public void exchange(String name, Map<Hemisphere, Vectors> own, List<List<Vectors>> arriving, List<Vectors> whole) {
        Fragment fragment = new Exchange(chip, labels).fragment(name, new Exchange.Places(own, arriving));
        int visible = fragment.lastWrite();
        for (Vectors vectors : whole) {
            for (int index = 0; index < vectors.count(); index++) {
                for (int plane = 0; plane < vectors.type().planes(); plane++) {
                    fragment.writes(vectors.hemisphere(), vectors.slice() + plane, vectors.at(index), visible);
                }
            }
        }
        place(fragment);
    }

    void place(List<Fragment> fragments) {
        fragments.forEach(this::place);
    }

    void place(Fragment fragment) {
        scheduler.place(fragment);
    }
}
