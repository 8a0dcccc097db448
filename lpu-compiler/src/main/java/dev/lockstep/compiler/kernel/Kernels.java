package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.TileWords;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.compiler.schedule.Fragment;
import dev.lockstep.compiler.schedule.Scheduler;
import dev.lockstep.graph.Activation;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Routing;
import dev.lockstep.lpu.isa.Address;
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
import java.util.function.IntUnaryOperator;

/** The operations of a model, placed one after another into one block. */
public final class Kernels {
    /** Most cycles between two outputs of a product. */
    private static final int LONGEST_PAUSE = 8;

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

    public Norms norms() {
        return new Norms(chip, labels, maps, this);
    }

    static Node softCap(Node x, float cap) {
        Node tanh = Pass.unary(UnaryOperation.TANH, Pass.multiply(x, Pass.constant(1 / cap)));
        return Pass.multiply(tanh, Pass.constant(cap));
    }

    /**
     * A matrix times a row, times a scale for each row of the matrix if there are any.
     *
     * @param filler a word of the slices that feed the arrays
     * @param epilogue what becomes of the result before it is stored, step by step
     */
    public void linear(
            String name,
            TileWords tiles,
            Element weights,
            Address filler,
            Map<Hemisphere, Vectors> row,
            Optional<Vectors> scales,
            List<Elementwise> epilogue,
            List<Vectors> targets) {
        for (int pause = 0; pause <= LONGEST_PAUSE; pause++) {
            Fragment fragment = product(name, tiles, weights, filler, row, scales, epilogue, targets, pause);
            if (Scheduler.consistent(fragment, chip.machine())) {
                place(fragment);
                return;
            }
        }
        throw new IllegalStateException(name + " cannot be scheduled at any rate");
    }

    /** @param pause cycles between outputs, so that what the vector unit reads for one does not meet what it reads for the next */
    private Fragment product(
            String name,
            TileWords tiles,
            Element weights,
            Address filler,
            Map<Hemisphere, Vectors> row,
            Optional<Vectors> scales,
            List<Elementwise> epilogue,
            List<Vectors> targets,
            int pause) {
        Linear linear = new Linear(chip, labels, tiles, weights, filler);
        int rounds = tiles.rounds();
        IntUnaryOperator output = item -> item / rounds;
        Node product = linear.result();
        Node result =
                scales.map(s -> Pass.multiply(product, Pass.load(s, output))).orElse(product);
        for (Elementwise step : epilogue) {
            result = switch (step) {
                case Elementwise.Bias bias -> Pass.add(result, Pass.load(bias.vectors(), output));
                case Elementwise.Scale scale -> Pass.multiply(result, Pass.constant(scale.factor()));
                case Elementwise.SoftCap soft -> softCap(result, soft.cap());
            };
        }
        Node last = result;
        Pass pass = new Pass(chip, labels, name);
        targets.forEach(
                target -> pass.store(last, target, item -> item % rounds == rounds - 1 ? item / rounds : Pass.NOWHERE));
        return linear.fragment(name, row, pass, pause);
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

    /** Elementwise sum of two rows, which may lie in the same slices. */
    public void add(Vectors a, Vectors b, List<Vectors> targets) {
        Pass pass = new Pass(chip, labels, "add");
        Node second = Pass.load(b);
        boolean apart = a.hemisphere() != b.hemisphere() || a.slice() != b.slice();
        Node sum = Pass.add(Pass.load(a), apart ? second : Pass.unary(UnaryOperation.COPY, second));
        targets.forEach(target -> pass.store(sum, target));
        place(pass.fragment(a.count()));
    }

    /**
     * {@code activation(gate) * up} in half precision.
     *
     * @param gate in the east
     * @param up in the west
     * @param weights vectors with a factor in all lanes, if there are any
     * @param weight which of them belongs to a vector
     */
    public void gate(
            Activation activation,
            Vectors gate,
            Vectors up,
            Optional<Vectors> weights,
            IntUnaryOperator weight,
            List<Vectors> targets) {
        Pass pass = new Pass(chip, labels, "gate");
        Node gated = Gate.of(activation, Pass.load(gate), Pass.load(up));
        Node result = Pass.half(weights.map(factors -> Pass.multiply(gated, Pass.load(factors, weight)))
                .orElse(gated));
        targets.forEach(target -> pass.store(result, target));
        place(pass.fragment(gate.count()));
    }

    /**
     * The weight of every expert, which is zero for those that are not chosen.
     *
     * @param scores in the east, and {@code moved} in the west, both the same: an expert a lane
     * @param ties vector e has ones in the lanes after e
     * @return one vector for each expert, with its weight in every lane
     */
    public Vectors route(
            Routing routing,
            Vectors scores,
            Vectors moved,
            Vectors ties,
            IntFunction<Vectors> west,
            IntFunction<Vectors> east) {
        Vectors weights = west.apply(ties.count());
        Router.Places places = new Router.Places(
                scores, moved, ties, west.apply(Router.WEST_ROOM), east.apply(Router.EAST_ROOM), weights);
        new Router(chip, labels, maps, this).run(routing, places);
        return weights;
    }

    /** Sums up groups of vectors, each times the weight of its expert: as many vectors in a group as there are experts. */
    public void weightedSums(Vectors vectors, Vectors weights, Vectors targets) {
        int experts = weights.count();
        Pass pass = new Pass(chip, labels, "weighted biases");
        Node weighted = Pass.multiply(Pass.load(vectors), Pass.load(weights, item -> item % experts));
        pass.store(
                new Node.Running(BinaryOperation.ADD, weighted, experts),
                targets,
                item -> item % experts == experts - 1 ? item / experts : Pass.NOWHERE);
        place(pass.fragment(vectors.count()));
    }

    /**
     * Vectors times the sigmoid of one number.
     *
     * @param number in the first lane of a vector in the west
     * @param factor room for a vector in the west
     */
    public void rowGate(Vectors x, Vectors number, Vectors factor, List<Vectors> targets) {
        Pass open = new Pass(chip, labels, "gate of row");
        int first = maps.index(LaneMap.of(chip.lanes(), 0));
        Node spread = Pass.shuffled(number, _ -> 0, new Node.Shuffle(true, _ -> first));
        open.store(Gate.sigmoid(spread), factor);
        place(open.fragment(1));
        Pass pass = new Pass(chip, labels, "gate row");
        Node gated = Pass.multiply(Pass.load(x), Pass.load(factor, _ -> 0));
        targets.forEach(target -> pass.store(gated, target));
        place(pass.fragment(x.count()));
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
        place(new Exchange(chip, labels).fragment(name, new Exchange.Places(own, arriving, whole)));
    }

    void place(List<Fragment> fragments) {
        fragments.forEach(this::place);
    }

    void place(Fragment fragment) {
        scheduler.place(fragment);
    }
}
