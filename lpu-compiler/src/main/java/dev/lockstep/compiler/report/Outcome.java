package dev.lockstep.compiler.report;

import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.bound.Turnaround;
import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.energy.Energy;
import dev.lockstep.compiler.energy.EnergyTable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Everything that is known about a compiled system.
 *
 * @param simulatedCycles when the simulation says that the last chip is ready
 * @param conflicts what the checker objects to; -1 if it was not asked
 * @param actions what all chips did together
 */
public record Outcome(
        Plan plan,
        DecodeSchedule schedule,
        long simulatedCycles,
        int conflicts,
        Map<String, Long> actions,
        EnergyTable table,
        double compileSeconds,
        double simulateSeconds,
        double checkSeconds) {

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

    /** Users who can be in the pipeline at the same time, one in each stage, without waiting for one another. */
    public int usersAtOnce() {
        return Math.min(plan.question().users(), plan.partition().stages());
    }

    public Energy energy() {
        double seconds = plan.micros(cyclesPerToken()) / 1e6 / usersAtOnce();
        return Energy.of(
                table, plan.question().machine(), actions, plan.partition().chips(), seconds);
    }

    /** Every figure by name, for programs that read it. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>(plan.fields());
        Energy energy = energy();
        fields.put("scheduled", true);
        fields.put("predicted_cycles", schedule.predictedCycles());
        fields.put("simulated_cycles", simulatedCycles);
        fields.put("conflicts", conflicts < 0 ? null : conflicts);
        fields.put("turnaround_cycles", turnaround().cycles());
        fields.put("cycles_per_token", cyclesPerToken());
        fields.put("microseconds_per_token", plan.micros(cyclesPerToken()));
        fields.put("tokens_per_second_per_user", tokensPerSecond());
        fields.put("tokens_per_second", tokensPerSecond() * usersAtOnce());
        fields.put("share_of_bound", shareOfBound());
        fields.put("joules_per_token", energy.total());
        fields.put("joules_per_token_dynamic", energy.dynamic());
        fields.put("joules_per_token_provisioned", energy.provisioned());
        fields.put("joules_assumed_share", energy.assumedShare());
        fields.put("programs", schedule.classes());
        fields.put("words_per_slice", schedule.words());
        fields.put("link_vectors", actions.getOrDefault("LINK_VECTOR", 0L));
        fields.put("compile_seconds", compileSeconds);
        fields.put("simulate_seconds", simulateSeconds);
        fields.put("check_seconds", checkSeconds);
        return fields;
    }
}
