package dev.lockstep.compiler.kernel;

import dev.lockstep.compiler.layout.HeadCut;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.graph.Op;
import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.LaneMap;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** Attention of the heads of a chip, from projected rows to a row that is to be projected back. */
final class Attending {
    private static final double LOG2_E = 1.4426950408889634;
    private static final int SUPERLANE = 16;

    private final Chip chip;
    private final Labels labels;
    private final Maps maps;
    private final Kernels kernels;
    private final Op.Attention op;
    private final HeadCut cut;
    private final Shape shape;

    Attending(Chip chip, Labels labels, Maps maps, Kernels kernels, Op.Attention op, HeadCut cut, int positions) {
        this.chip = chip;
        this.labels = labels;
        this.maps = maps;
        this.kernels = kernels;
        this.op = op;
        this.cut = cut;
        this.shape = new Shape(cut.headsPerKvHead(), op.headSize(), positions, chip.lanes());
    }

    void run(
            Vectors q,
            Vectors k,
            Vectors v,
            AttentionPlaces places,
            int keyWords,
            int valueWords,
            Map<Hemisphere, Vectors> targets) {
        rotate("turn keys", k, places.turnKeys(), places.newKeys());
        rotate("turn queries", q, places.turnQueries(), places.queries());
        Pass round = new Pass(chip, labels, "round values");
        Node rounded = Pass.half(Pass.load(v));
        places.newValues().values().forEach(target -> round.store(rounded, target));
        kernels.place(round.fragment(v.count()));

        int heads = shape.heads();
        int scores = heads * shape.blocks();
        for (int head = 0; head < k.count(); head++) {
            kernels.place(KeyAppend.fragment(
                    chip,
                    labels,
                    places.newKeys().slice(head, 1),
                    places.keyOffsets(),
                    places.keys().advanced(head * keyWords)));
            kernels.place(Scores.fragment(
                    chip,
                    labels,
                    shape,
                    places.queries().slice(head * heads, heads),
                    this::scaled,
                    places.hide(),
                    places.keys().advanced(head * keyWords),
                    places.scores().slice(head * scores, scores)));
        }
        List<Address> values = IntStream.range(0, k.count())
                .mapToObj(head -> places.values().advanced(head * valueWords))
                .toList();
        ValueAppend.Tables tables = new ValueAppend.Tables(places.lane(), places.valueOffset());
        kernels.place(new ValueAppend(chip, maps, op.headSize(), tables, values).fragment(labels, places.newValues()));
        weights(places, q.count());
        mix(places, values, targets);
    }

    /** Vector of results by vector of results: the heads of a shard are dealt out to as many vectors as they need. */
    private void mix(AttentionPlaces places, List<Address> values, Map<Hemisphere, Vectors> targets) {
        int blocks = shape.blocks();
        int target = 0;
        for (int shard = 0; shard < values.size() / cut.kvHeadsPerShard(); shard++) {
            for (int first = 0; first < cut.headsPerShard(); first += cut.headsPerVector()) {
                int head = shard * cut.headsPerShard() + first;
                int heads = Math.min(cut.headsPerVector(), cut.headsPerShard() - first);
                Map<Hemisphere, Vectors> weights = new EnumMap<>(Hemisphere.class);
                places.weights().forEach((h, all) -> weights.put(h, all.slice(head * blocks, heads * blocks)));
                Mix.Places mixed = new Mix.Places(
                        weights,
                        IntStream.range(head, head + heads)
                                .mapToObj(h -> values.get(h / cut.headsPerKvHead()))
                                .toList(),
                        places.ones(),
                        places.masks(),
                        places.sinks().map(_ -> places.sinkWeights().slice(head, heads)),
                        places.sums().slice(head * blocks, heads * blocks),
                        places.totals().slice(head * blocks, heads * blocks));
                int result = target++;
                kernels.place(new Mix(chip, labels, shape.of(heads), mixed)
                        .fragments(targets.values().stream()
                                .map(vectors -> vectors.slice(result, 1))
                                .toList()));
            }
        }
    }

    /** RoPE: pairs are neighbours, so that the switch can exchange them inside superlanes. */
    private void rotate(String name, Vectors source, AttentionPlaces.Angles angles, Vectors target) {
        int swap = maps.index(new LaneMap(
                IntStream.range(0, SUPERLANE).map(lane -> lane ^ 1).boxed().toList()));
        Pass pass = new Pass(chip, labels, name);
        Node straight = Pass.multiply(Pass.load(source), Pass.load(angles.cos(), _ -> 0));
        Node crossed = Pass.multiply(
                Pass.shuffled(source, IntUnaryOperator.identity(), new Node.Shuffle(false, _ -> swap)),
                Pass.load(angles.sin(), _ -> 0));
        pass.store(Pass.half(Pass.add(straight, crossed)), target);
        kernels.place(pass.fragment(source.count()));
    }

    /** Softmax without its division. */
    private void weights(AttentionPlaces places, int heads) {
        int blocks = shape.blocks();
        Vectors largest = places.scores();
        if (blocks > 1) {
            largest = places.westRoom();
            Pass pass = new Pass(chip, labels, "largest score");
            pass.store(
                    new Node.Running(BinaryOperation.MAX, Pass.load(places.scores()), blocks),
                    largest,
                    item -> item % blocks == blocks - 1 ? item / blocks : Pass.NOWHERE);
            kernels.place(pass.fragment(heads * blocks));
        }
        Vectors maximum = places.eastRoom().slice(0, heads);
        kernels.place(new Reduction(chip, labels, maps)
                .fragments(
                        "largest score",
                        BinaryOperation.MAX,
                        largest,
                        Math.min(shape.positions(), shape.lanes()),
                        places.eastRoom().slice(heads, heads),
                        (score, head) -> places.sinks()
                                .map(sinks -> Pass.binary(BinaryOperation.MAX, score, Pass.load(sinks, head)))
                                .orElse(score),
                        maximum));
        places.sinks().ifPresent(sinks -> {
            Pass pass = new Pass(chip, labels, "weights of sinks");
            pass.store(weight(Pass.load(sinks), Pass.load(maximum)), places.sinkWeights());
            kernels.place(pass.fragment(heads));
        });
        Pass pass = new Pass(chip, labels, "weights");
        Node result = Pass.half(weight(Pass.load(places.scores()), Pass.load(maximum, item -> item / blocks)));
        places.weights().values().forEach(target -> pass.store(result, target));
        kernels.place(pass.fragment(heads * blocks));
    }

    private Node weight(Node score, Node largest) {
        Node below = Pass.binary(BinaryOperation.SUB, score, largest);
        double scale = scaledBefore() ? 1 : op.scale();
        return Pass.unary(UnaryOperation.EXP2, Pass.multiply(below, Pass.constant((float) (scale * LOG2_E))));
    }

    /** Whether scores are scaled at once, or together with the exponential function. */
    private boolean scaledBefore() {
        return op.scoring().cap() > 0 || op.scoring().sinks().isPresent();
    }

    private Node scaled(Node score) {
        if (!scaledBefore()) {
            return score;
        }
        Node scaled = Pass.multiply(score, Pass.constant(op.scale()));
        return op.scoring().cap() > 0 ? Kernels.softCap(scaled, op.scoring().cap()) : scaled;
    }
}
