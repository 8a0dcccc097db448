package dev.lockstep.cli;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.decode.DecodeCompiler;
import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.energy.EnergyTable;
import dev.lockstep.compiler.report.Outcome;
import dev.lockstep.simulator.Action;
import dev.lockstep.simulator.SimulationResult;
import dev.lockstep.simulator.TimeSimulator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Schedules a plan, simulates the schedule on all chips and has it checked. */
final class SystemCompilation {
    private static final double NANOS = 1e9;

    private final Console console;
    private final Plan plan;
    private final boolean check;

    SystemCompilation(Console console, Plan plan, boolean check) {
        this.console = console;
        this.plan = plan;
        this.check = check;
    }

    /** Why there is no schedule; empty if there is one. */
    String reason() {
        return plan.unscheduled();
    }

    /** Nothing if such a model or partition is bounded and estimated only. */
    Optional<Outcome> run() {
        if (!plan.unscheduled().isEmpty()) {
            return Optional.empty();
        }
        say("scheduling " + plan.partition().chips() + " chips ...");
        long start = System.nanoTime();
        var question = plan.question();
        DecodeSchedule schedule = UsageException.refusing(() -> DecodeCompiler.compile(question, plan.partition()));
        long compiled = System.nanoTime();
        say("simulating ...");
        SimulationResult result = TimeSimulator.run(question.machine(), schedule.program());
        long simulated = System.nanoTime();
        int conflicts = -1;
        if (check) {
            say("checking " + schedule.classes() + " programs ...");
            var violations = new LegalityChecker(question.machine()).check(schedule.program());
            conflicts = violations.size();
            violations.stream().limit(3).forEach(violation -> console.note("lockstep: " + violation));
        }
        long checked = System.nanoTime();
        console.eraseNote();
        return Optional.of(new Outcome(
                plan,
                schedule,
                result.cycles(),
                conflicts,
                actions(result),
                EnergyTable.lpuV1(),
                (compiled - start) / NANOS,
                (simulated - compiled) / NANOS,
                (checked - simulated) / NANOS));
    }

    /** What is known without a schedule: the fields that need one are null. */
    Map<String, Object> fieldsWithout() {
        Map<String, Object> fields = new LinkedHashMap<>(plan.fields());
        fields.put("scheduled", false);
        fields.put("reason", plan.unscheduled());
        fields.put("estimated_tokens_per_second_per_user", plan.perSecond(plan.estimatedCycles()));
        return fields;
    }

    private static Map<String, Long> actions(SimulationResult result) {
        var total = result.total();
        Map<String, Long> actions = new LinkedHashMap<>();
        for (Action action : Action.values()) {
            if (total.count(action) > 0) {
                actions.put(action.name(), total.count(action));
            }
        }
        return actions;
    }

    private void say(String what) {
        if (console.terminals().error()) {
            console.noteInPlace(what);
        }
    }
}
