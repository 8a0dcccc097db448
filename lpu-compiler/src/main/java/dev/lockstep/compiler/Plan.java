package dev.lockstep.compiler;

import dev.lockstep.compiler.bound.BoundTerm;
import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.decode.DecodeCompiler;
import dev.lockstep.compiler.partition.Candidate;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.PartitionSearch;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.lpu.machine.Quantity;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * How a model is divided, and what no schedule of that division can beat.
 *
 * @param chosen the fastest candidate that can be scheduled, if it is nearly as fast as the fastest of all
 * @param unscheduled why the chosen one cannot be scheduled; empty if it can
 */
public record Plan(PartitionSearch search, Candidate chosen, LowerBound bound, String unscheduled) {
    /** A schedule that is proven is worth so much of an estimate. */
    private static final double NEARLY = 0.6;

    /** @throws IllegalArgumentException if the model does not fit, saying what would be needed */
    public static Plan of(Question question) {
        PartitionSearch search = PartitionSearch.of(question);
        Candidate best = search.best();
        String refusal = DecodeCompiler.refusal(question, best.partition());
        Candidate chosen = best;
        if (!refusal.isEmpty()) {
            chosen = search.candidates().stream()
                    .filter(candidate -> candidate.memory().fits())
                    .filter(candidate -> candidate.tokensPerSecond() >= NEARLY * best.tokensPerSecond())
                    .filter(candidate -> DecodeCompiler.refusal(question, candidate.partition())
                            .isEmpty())
                    .findFirst()
                    .orElse(best);
        }
        return new Plan(
                search, chosen, LowerBound.of(question, chosen.partition()), chosen.equals(best) ? refusal : "");
    }

    public Question question() {
        return search.question();
    }

    public Partition partition() {
        return chosen.partition();
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
        return fields;
    }
}
