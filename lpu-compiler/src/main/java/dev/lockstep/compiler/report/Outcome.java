package dev.lockstep.compiler.report;

import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.bound.Turnaround;
import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.energy.Energy;
import dev.lockstep.compiler.energy.EnergyTable;
import dev.lockstep.compiler.partition.RowsEstimate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that is known about a compiled system.
 *
 * @param actions what all chips did together for one token
 * @param compileSeconds that the schedule took
 * @param prompt tokens of a prompt whose time is told
 * @param acceptance share of guessed tokens that are right
 * @param sweep the same system at shorter contexts, if asked for
 */
public record Outcome(
        Plan plan,
        DecodeSchedule schedule,
        Proof proof,
        Map<String, Long> actions,
        EnergyTable table,
        double compileSeconds,
        int prompt,
        double acceptance,
        List<ContextPoint> sweep) {
    /** Rows of a step whose speed is estimated. */
    private static final List<Integer> ROWS = List.of(2, 4, 8);

    public Outcome {
        sweep = List.copyOf(sweep);
        if (prompt < 1) {
            throw new IllegalArgumentException("a prompt of " + prompt + " tokens: there must be 1 or more");
        }
        if (!(acceptance >= 0 && acceptance <= 1)) {
            throw new IllegalArgumentException(acceptance + " of the guessed tokens: must be between 0 and 1");
        }
    }

    /** The scheduled step, and what follows until the next one can start. */
    public long cyclesPerToken() {
        return schedule.predictedCycles() + turnaround().cycles();
    }

    public Turnaround turnaround() {
        return Turnaround.of(plan.question(), plan.partition());
    }

    public double tokensPerSecond() {
        return plan.perSecond(cyclesPerToken());
    }

    public double shareOfBound() {
        return (double) plan.bound().cycles() / cyclesPerToken();
    }

    /** Users who can be in the pipeline at the same time without waiting for one another. */
    public int usersWithoutWaiting() {
        return Math.toIntExact(Math.max(1, cyclesPerToken() / schedule.interval()));
    }

    /** Cycles in which each of the users gets a token. */
    public long cyclesPerRound() {
        return Math.max(cyclesPerToken(), plan.question().users() * schedule.interval());
    }

    /** Of all users together. */
    public double tokensPerSecondOfAll() {
        return plan.perSecond(cyclesPerRound()) * plan.question().users();
    }

    /** From the first token of the prompt until the first of the answer is chosen: tokens enter the pipeline one after the other. */
    public long cyclesToFirstToken() {
        return schedule.cyclesInTurn(prompt) + turnaround().cycles();
    }

    public Energy energy() {
        int users = plan.question().users();
        double seconds = plan.micros(cyclesPerRound()) / 1e6 / users;
        return Energy.of(
                table, plan.question().machine(), actions, plan.partition().chips(), seconds);
    }

    /** Steps of several rows, by formula. */
    public List<RowsEstimate> rows() {
        return ROWS.stream()
                .map(rows -> RowsEstimate.of(plan.question(), plan.partition(), rows))
                .toList();
    }

    /** Tokens a second of one user whose tokens are guessed, by formula. */
    public double tokensPerSecond(RowsEstimate rows) {
        return plan.perSecond(cyclesPerToken() + rows.moreCycles()) * rows.tokens(acceptance);
    }

    /** Every figure by name, for programs that read it. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>(plan.fields());
        Energy energy = energy();
        fields.put("scheduled", true);
        fields.put("predicted_cycles", schedule.predictedCycles());
        fields.put("simulated_cycles", proof.cycles());
        fields.put("simulated_cycles_of_classes", proof.classCycles());
        fields.put("conflicts", proof.checked() ? proof.conflicts() : null);
        fields.put("turnaround_cycles", turnaround().cycles());
        fields.put("cycles_per_token", cyclesPerToken());
        fields.put("microseconds_per_token", plan.micros(cyclesPerToken()));
        fields.put("tokens_per_second_per_user", plan.perSecond(cyclesPerRound()));
        fields.put("tokens_per_second", tokensPerSecondOfAll());
        fields.put("share_of_bound", shareOfBound());
        fields.put("interval_cycles", schedule.interval());
        fields.put("users_without_waiting", usersWithoutWaiting());
        fields.put(
                "predicted_cycles_of_all_users",
                schedule.cyclesInTurn(plan.question().users()));
        fields.put("simulated_cycles_of_all_users", proof.turnCycles());
        fields.put("prompt_tokens", prompt);
        fields.put("milliseconds_to_first_token", plan.micros(cyclesToFirstToken()) / 1e3);
        fields.put("prompt_tokens_per_second", plan.perSecond(schedule.interval()));
        fields.put("joules_per_token", energy.total());
        fields.put("joules_per_token_dynamic", energy.dynamic());
        fields.put("joules_per_token_provisioned", energy.provisioned());
        fields.put("joules_assumed_share", energy.assumedShare());
        fields.put("programs", schedule.classes());
        fields.put("instructions", instructions());
        fields.put("words_per_slice", schedule.words());
        fields.put("link_vectors", actions.getOrDefault("LINK_VECTOR", 0L));
        fields.put("acceptance", acceptance);
        fields.put("guessing_estimates", rows().stream().map(this::fields).toList());
        if (!sweep.isEmpty()) {
            fields.put("contexts", sweep.stream().map(this::fields).toList());
        }
        fields.put("compile_seconds", compileSeconds);
        fields.put("simulate_seconds", proof.seconds());
        fields.put("simulate_classes_seconds", proof.classSeconds());
        fields.put("check_seconds", proof.checkSeconds());
        return fields;
    }

    /** Dispatches of all chips for one token. */
    public long instructions() {
        List<Long> blocks = new ArrayList<>();
        schedule.program().blocks().forEach(block -> blocks.add(block.dispatches()));
        return schedule.program().chips().stream()
                .flatMap(List::stream)
                .mapToLong(placement -> blocks.get(placement.block()))
                .sum();
    }

    private Map<String, Object> fields(RowsEstimate rows) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("rows", rows.rows());
        fields.put("cycles", cyclesPerToken() + rows.moreCycles());
        fields.put("tokens_per_step", rows.tokens(acceptance));
        fields.put("tokens_per_second_per_user", tokensPerSecond(rows));
        return fields;
    }

    private Map<String, Object> fields(ContextPoint point) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("context", point.context());
        fields.put("cycles_per_token", point.cycles());
        fields.put("tokens_per_second_per_user", plan.perSecond(point.cycles()));
        fields.put("bound_cycles", point.boundCycles());
        return fields;
    }
}
