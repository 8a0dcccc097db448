package dev.lockstep.compiler.partition;

import dev.lockstep.compiler.collective.SumCost;
import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.model.AttentionSizes;
import dev.lockstep.compiler.model.LayerSizes;
import dev.lockstep.lpu.machine.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Tries every way of cutting a model over the chips, which are few, and says of each why it was not taken. */
public final class PartitionSearch {
    /** Stages over which the experts of a layer may be spread: each adds two hops. */
    private static final int MOST_PARTS = 8;

    private final Question question;
    private final List<Candidate> candidates;

    private PartitionSearch(Question question, List<Candidate> candidates) {
        this.question = question;
        this.candidates = List.copyOf(candidates);
    }

    /** @throws IllegalArgumentException saying what would be needed, if the model fits in no way */
    public static PartitionSearch of(Question question) {
        List<Candidate> open = new ArrayList<>();
        for (int tensor : degrees(question)) {
            for (HeadSplit split : splits(question, tensor)) {
                open.addAll(considered(question, tensor, split));
            }
        }
        List<Candidate> fitting =
                open.stream().filter(candidate -> candidate.memory().fits()).toList();
        if (fitting.isEmpty()) {
            throw new IllegalArgumentException(refusal(question, open));
        }
        Candidate best = fitting.stream().min(order(question)).orElseThrow();
        List<Candidate> told = new ArrayList<>();
        open.stream().sorted(order(question)).forEach(candidate -> told.add(tell(question, candidate, best)));
        return new PartitionSearch(question, told);
    }

    public Question question() {
        return question;
    }

    /** All that were considered, best first, those that do not fit last. */
    public List<Candidate> candidates() {
        return candidates;
    }

    public Candidate best() {
        return candidates.getFirst();
    }

    /** The best with each number of chips in a stage, form of sums and division of attention: what a table should show. */
    public List<Candidate> bestOfEachDegree() {
        List<Candidate> shown = new ArrayList<>();
        for (Candidate candidate : candidates) {
            if (shown.stream()
                    .noneMatch(other -> other.partition().tensor()
                                    == candidate.partition().tensor()
                            && other.partition().form() == candidate.partition().form()
                            && other.partition().split()
                                    == candidate.partition().split())) {
                shown.add(candidate);
            }
        }
        return shown;
    }

    /** Powers of two, up to the nodes that are all joined to each other. */
    private static List<Integer> degrees(Question question) {
        int most = question.machine().whole(Quantity.NODE_CHIPS) * SumCost.MOST_NODES;
        List<Integer> degrees = new ArrayList<>();
        for (int tensor = 1; tensor <= Math.min(most, question.chips()); tensor *= 2) {
            degrees.add(tensor);
        }
        return degrees;
    }

    private static List<HeadSplit> splits(Question question, int tensor) {
        LayerSizes layer = question.model().layers().getFirst();
        int keyHeads = layer.attention().kvHeads();
        if (tensor <= keyHeads) {
            return List.of(HeadSplit.BY_KEY_HEADS);
        }
        if (layer.attention() instanceof AttentionSizes.Latent) {
            return List.of(HeadSplit.COPIED_KEYS);
        }
        return tensor % keyHeads == 0
                ? List.of(HeadSplit.COPIED_KEYS, HeadSplit.BY_CONTEXT)
                : List.of(HeadSplit.COPIED_KEYS);
    }

    /** Partitions of every number of stages. */
    private static List<Candidate> considered(Question question, int tensor, HeadSplit split) {
        List<Piece> pieces = pieces(question, tensor, split);
        int most = Math.min(question.chips() / tensor, pieces.size());
        StageCuts cuts = new StageCuts(pieces, MemoryNeed.each(question, tensor, split, pieces));
        List<Candidate> candidates = new ArrayList<>();
        for (int stages = 1; stages <= most; stages++) {
            cut(question, cuts, pieces, tensor, stages, split)
                    .ifPresent(partition -> forms(question, tensor)
                            .forEach(form -> candidates.add(consider(question, partition.with(form)))));
        }
        return candidates;
    }

    /** Experts of a half layer are spread over as few stages as have room for them: each adds two hops, and has to be ready for all that a token may use. */
    private static List<Piece> pieces(Question question, int tensor, HeadSplit split) {
        int halves = 2 * question.model().layers().size();
        int[] parts = new int[halves];
        for (int half = 0; half < halves; half++) {
            LayerSizes layer = question.model().layers().get(half / 2);
            boolean same = half > 1
                    && half < halves - 1
                    && layer.equals(question.model().layers().get(half / 2 - 1));
            parts[half] = same ? parts[half - 2] : parts(question, tensor, split, half, layer);
        }
        return Piece.of(question.model(), half -> parts[half]);
    }

    private static int parts(Question question, int tensor, HeadSplit split, int half, LayerSizes layer) {
        // Parts need links to the next, which whole nodes have.
        boolean nodes = tensor % question.machine().whole(Quantity.NODE_CHIPS) == 0;
        int most = half % 2 == 1 && nodes
                ? Math.min(MOST_PARTS, layer.feedForward().experts())
                : 1;
        for (int parts = 1; parts <= most; parts++) {
            if (Piece.of(half, parts).stream()
                    .allMatch(piece ->
                            MemoryNeed.of(question, tensor, split, piece).fits())) {
                return parts;
            }
        }
        return 1;
    }

    private static List<SumForm> forms(Question question, int tensor) {
        return Stream.of(SumForm.values())
                .filter(form -> form.possible(question.machine(), question.topology(), question.chips(), tensor))
                .toList();
    }

    /** Equal stages if they fit, or those that need least. */
    private static Optional<Partition> cut(
            Question question, StageCuts cuts, List<Piece> pieces, int tensor, int stages, HeadSplit split) {
        if (pieces.stream().anyMatch(Piece::continues)) {
            return cuts.balanced(stages)
                    .map(balanced -> new Partition(tensor, pieces, balanced, split, question.precision()));
        }
        int layers = question.model().layers().size();
        Partition even = Partition.even(tensor, stages, layers, split, question.precision());
        if (MemoryNeed.of(question, even).fits()) {
            return Optional.of(even);
        }
        return Optional.of(cuts.balanced(stages)
                .map(balanced -> new Partition(tensor, balanced, split, question.precision()))
                .orElse(even));
    }

    private static Candidate consider(Question question, Partition partition) {
        MemoryNeed memory = MemoryNeed.of(question, partition);
        StepCost cost = StepCost.of(question, partition);
        double hertz = question.machine().number(Quantity.CLOCK) * 1e6;
        int users = Math.min(question.users(), memory.usersThatFit(question.users()));
        double perUser = hertz / Math.max(cost.cycles(), cost.longestStage() * Math.max(1, users));
        double rate = question.objective() == Objective.LATENCY ? hertz / cost.cycles() : perUser * users;
        return new Candidate(partition, memory, cost, rate, users, "");
    }

    private static Comparator<Candidate> order(Question question) {
        Comparator<Candidate> faster =
                Comparator.comparingDouble(Candidate::tokensPerSecond).reversed();
        Comparator<Candidate> smaller =
                Comparator.comparingLong(candidate -> candidate.memory().total());
        return Comparator.comparing((Candidate candidate) -> !candidate.memory().fits())
                .thenComparing(
                        (one, other) -> one.memory().fits() ? faster.compare(one, other) : smaller.compare(one, other))
                .thenComparingInt(candidate -> candidate.partition().chips());
    }

    private static Candidate tell(Question question, Candidate candidate, Candidate best) {
        return new Candidate(
                candidate.partition(),
                candidate.memory(),
                candidate.cost(),
                candidate.tokensPerSecond(),
                candidate.users(),
                reason(question, candidate, best));
    }

    private static String reason(Question question, Candidate candidate, Candidate best) {
        MemoryNeed memory = candidate.memory();
        if (!memory.fits()) {
            return String.format(
                    Locale.ROOT,
                    "needs %.1f MB on a chip that has %.1f",
                    memory.total() / 1e6,
                    memory.capacity() / 1e6);
        }
        if (candidate.partition().equals(best.partition())) {
            int spare = question.chips() - best.partition().chips();
            return spare == 0
                    ? "taken: the fastest, with all chips"
                    : "taken: the fastest; " + spare + " chips are left as spares because more stages only add hops";
        }
        StepCost own = candidate.cost();
        StepCost other = best.cost();
        long[] losses = {
            own.weights() - other.weights(),
            own.links() - other.links(),
            own.pipeline() + own.ends() - other.pipeline() - other.ends(),
            own.cache() - other.cache()
        };
        String[] causes = {"streaming weights", "sums over links", "hops of the pipeline", "streaming keys and values"};
        int worst = 0;
        for (int cause = 1; cause < losses.length; cause++) {
            worst = losses[cause] > losses[worst] ? cause : worst;
        }
        double micros = losses[worst] / question.machine().number(Quantity.CLOCK);
        return String.format(
                Locale.ROOT,
                "%.0f %% slower: %s takes %.1f µs more%s",
                100 * (best.tokensPerSecond() / candidate.tokensPerSecond() - 1),
                causes[worst],
                micros,
                worst == 1 ? links(question, candidate.partition(), best.partition()) : "");
    }

    private static String links(Question question, Partition own, Partition best) {
        SumCost sum = own.sum(question);
        SumCost other = best.sum(question);
        return String.format(
                Locale.ROOT,
                " (hops and vectors of each: %d and %d, not %d and %d)",
                sum.hops(),
                sum.vectors(),
                other.hops(),
                other.vectors());
    }

    private static String refusal(Question question, List<Candidate> open) {
        long smallest = open.stream()
                .mapToLong(candidate -> candidate.memory().total())
                .min()
                .orElse(0);
        long capacity = open.getFirst().memory().capacity();
        int most = open.stream()
                .mapToInt(candidate -> candidate.partition().tensor())
                .max()
                .orElse(0);
        long half = splits(question, most).stream()
                .flatMap(split -> MemoryNeed.each(question, most, split, pieces(question, most, split)).stream())
                .mapToLong(MemoryNeed::total)
                .max()
                .orElse(0);
        if (most == question.machine().whole(Quantity.NODE_CHIPS) * SumCost.MOST_NODES && half > capacity) {
            return String.format(
                    Locale.ROOT,
                    "half a layer of %s needs %.0f MB of the %.0f in the streaming slices of each of %d chips, and no more can share one; use a smaller model",
                    question.model().name(),
                    half / 1e6,
                    capacity / 1e6,
                    most);
        }
        return String.format(
                Locale.ROOT,
                "%s does not fit on %d chips: the fullest would need %.0f MB of the %.0f in its streaming slices; use more chips, a"
                        + " shorter context or fewer users",
                question.model().name(),
                question.chips(),
                smallest / 1e6,
                capacity / 1e6);
    }
}
