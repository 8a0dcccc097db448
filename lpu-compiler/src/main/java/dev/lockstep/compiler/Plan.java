package dev.lockstep.compiler;

import dev.lockstep.compiler.bound.BoundTerm;
import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.collective.SumForm;
import dev.lockstep.compiler.decode.DecodeCompiler;
import dev.lockstep.compiler.partition.Candidate;
import dev.lockstep.compiler.partition.HeadSplit;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.PartitionSearch;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Quantity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How a model is divided, and what no schedule of that division can beat.
 *
 * @param chosen the fastest candidate by formula; one that can be scheduled, if it is nearly as fast
 * @param unscheduled why the chosen one cannot be scheduled; empty if it can
 * @param scheduled cycles a token of the partitions that were scheduled
 */
public record Plan(
        PartitionSearch search,
        Candidate chosen,
        LowerBound bound,
        String unscheduled,
        Map<Partition, Long> scheduled) {
    /** A schedule that is proven is worth so much of an estimate. */
    private static final double NEARLY = 0.6;
    /** A candidate that is estimated to be so much slower is not scheduled to see whether the estimate is right. */
    private static final double CLOSE = 0.8;

    /** @throws IllegalArgumentException if the model does not fit, saying what would be needed */
    public static Plan of(Question question) {
        PartitionSearch search = PartitionSearch.of(question);
        Candidate best = search.best();
        String refusal = DecodeCompiler.refusal(question, best.partition());
        Candidate chosen = refusal.isEmpty()
                ? best
                : schedulable(search, NEARLY * best.tokensPerSecond())
                        .findFirst()
                        .orElse(best);
        return of(search, chosen, chosen.equals(best) ? refusal : "");
    }

    private static Plan of(PartitionSearch search, Candidate chosen, String unscheduled) {
        return new Plan(search, chosen, LowerBound.of(search.question(), chosen.partition()), unscheduled, Map.of());
    }

    /** With what schedules took. */
    public Plan with(Map<Partition, Long> cycles) {
        return new Plan(search, chosen, bound, unscheduled, Map.copyOf(cycles));
    }

    private static Stream<Candidate> schedulable(PartitionSearch search, double least) {
        return search.candidates().stream()
                .filter(candidate -> candidate.memory().fits())
                .filter(candidate -> candidate.tokensPerSecond() >= least)
                .filter(candidate -> DecodeCompiler.refusal(search.question(), candidate.partition())
                        .isEmpty());
    }

    /** What makes finalists differ: of those that share it the best by formula is taken. */
    private record Kind(int tensor, SumForm form, HeadSplit split) {}

    /**
     * This plan, and those with other numbers of chips in a stage or another form of sums that may turn out to be faster when they are scheduled; nothing if none can
     * be.
     */
    public List<Plan> finalists() {
        List<Plan> finalists = new ArrayList<>();
        Set<Kind> kinds = new HashSet<>();
        if (unscheduled.isEmpty()) {
            schedulable(search, CLOSE * chosen.tokensPerSecond())
                    .filter(candidate -> kinds.add(kind(candidate.partition())))
                    .forEach(candidate -> finalists.add(of(search, candidate, "")));
        }
        return finalists;
    }

    private static Kind kind(Partition partition) {
        return new Kind(partition.tensor(), partition.form(), partition.split());
    }

    /** Why a candidate was not taken, or how it won. */
    public String reason(Candidate candidate) {
        boolean best = candidate.partition().equals(search.best().partition());
        if (candidate.partition().equals(chosen.partition())) {
            return best ? candidate.reason() : "taken: the fastest of those that were scheduled";
        }
        Long cycles = scheduled.get(candidate.partition());
        Long least = scheduled.get(chosen.partition());
        if (cycles != null && least != null) {
            return String.format(
                    Locale.ROOT,
                    "scheduled: %,d cycles a token, %,d more than the one taken; by formula %s",
                    cycles,
                    cycles - least,
                    best ? "the fastest" : candidate.reason());
        }
        return best ? "the fastest by formula, but " + lost(candidate) : candidate.reason();
    }

    private String lost(Candidate candidate) {
        String refusal = DecodeCompiler.refusal(question(), candidate.partition());
        return refusal.isEmpty() ? "not when scheduled" : refusal;
    }

    public Question question() {
        return search.question();
    }

    public Partition partition() {
        return chosen.partition();
    }

    /** Chips whose streaming slices have as many bytes as the weights, and the caches of all users. */
    public int leastChipsByBytes() {
        var model = question().model();
        long weights = (long) model.width() * model.vocabulary();
        long cache = 0;
        for (var layer : model.layers()) {
            weights += layer.weights(model.width());
            int positions = Math.min(question().context(), layer.attention().window());
            cache +=
                    2L * layer.attention().cacheWidth() * positions * question().users();
        }
        long bytes = weights * question().precision().bytes() + cache;
        return Math.toIntExact(Math.ceilDiv(bytes, chosen.memory().capacity()));
    }

    /** Chips of the smallest partition that fits and can be scheduled; nothing if none can be. */
    public OptionalInt leastChips() {
        return search.candidates().stream()
                .filter(candidate -> candidate.memory().fits())
                .map(Candidate::partition)
                .sorted(Comparator.comparingInt(Partition::chips))
                .filter(partition ->
                        DecodeCompiler.refusal(question(), partition).isEmpty())
                .mapToInt(Partition::chips)
                .findFirst();
    }

    public long estimatedCycles() {
        return chosen.cost().cycles();
    }

    public double micros(long cycles) {
        return cycles / question().machine().number(Quantity.CLOCK);
    }

    public double perSecond(long cycles) {
        return question().machine().number(Quantity.CLOCK) * 1e6 / cycles;
    }

    /** Every figure by name, for programs that read it. */
    public Map<String, Object> fields() {
        Question question = question();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", question.model().name());
        fields.put("weights", question.model().weights());
        fields.put("precision", question.precision().name().toLowerCase(Locale.ROOT));
        fields.put("context", question.context());
        fields.put("users", question.users());
        fields.put("topology", question.topology().name().toLowerCase(Locale.ROOT));
        fields.put("chips", partition().chips());
        fields.put("spare_chips", question.chips() - partition().chips());
        fields.put("tensor_parallel", partition().tensor());
        fields.put("pipeline_parallel", partition().stages());
        fields.put("attention", partition().split().words());
        fields.put("sums", partition().form().words());
        fields.put("sum_hops", partition().sum(question).hops());
        fields.put("sum_vectors", partition().sum(question).vectors());
        fields.put("hop_ns", question.machine().number(Quantity.HOP));
        fields.put("bytes_per_chip", chosen.memory().total());
        fields.put("bound_tokens_per_second", perSecond(bound.cycles()));
        fields.put("bound_cycles", bound.cycles());
        fields.put("binding_term", bound.binding().title());
        for (BoundTerm term : BoundTerm.values()) {
            fields.put(
                    "bound_" + term.name().toLowerCase(Locale.ROOT) + "_cycles",
                    bound.terms().get(term));
        }
        fields.put("estimated_cycles", estimatedCycles());
        fields.put("least_chips_by_bytes", leastChipsByBytes());
        fields.put("least_chips", leastChips().isPresent() ? leastChips().getAsInt() : null);
        return fields;
    }
}
