package dev.lockstep.cli;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.RowsPoint;
import dev.lockstep.compiler.bound.RowsBound;
import dev.lockstep.compiler.bound.Turnaround;
import dev.lockstep.compiler.decode.DecodeCompiler;
import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.decode.RowsCompiler;
import dev.lockstep.compiler.decode.RowsSchedule;
import dev.lockstep.compiler.energy.EnergyTable;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.report.Outcome;
import dev.lockstep.compiler.report.Proof;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.simulator.Action;
import dev.lockstep.simulator.SimulationResult;
import dev.lockstep.simulator.TimeSimulator;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Schedules a plan, simulates the schedule on all chips and has it checked. */
final class SystemCompilation {
    private static final double NANOS = 1e9;
    /** Users whose tokens are checked beside one another: all that follow do the same. */
    private static final int CHECKED_USERS = 2;

    private final Console console;
    private Plan plan;
    private final Options options;

    /**
     * @param check whether to ask the checker
     * @param prompt tokens of a prompt whose time is told
     * @param acceptance share of guessed tokens that are right
     * @param sweep whether to schedule shorter contexts as well
     * @param rows of steps that are scheduled as well
     */
    record Options(boolean check, int prompt, double acceptance, boolean sweep, List<Integer> rows) {}

    SystemCompilation(Console console, Plan plan, Options options) {
        this.console = console;
        this.plan = plan;
        this.options = options;
    }

    /** What was taken; after {@link #run}, what turned out to be the fastest. */
    Plan plan() {
        return plan;
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
        var question = plan.question();
        long start = System.nanoTime();
        DecodeSchedule schedule = UsageException.refusing(this::fastest);
        double seconds = secondsSince(start);
        say("simulating ...");
        start = System.nanoTime();
        SimulationResult result = TimeSimulator.run(question.machine(), schedule.program());
        var proof = proof(schedule, result, secondsSince(start));
        List<ContextPoint> sweep = List.of();
        if (options.sweep()) {
            say("scheduling shorter contexts ...");
            sweep = ContextPoint.sweep(plan);
        }
        List<RowsPoint> rows = options.rows().stream().map(this::step).toList();
        console.eraseNote();
        return Optional.of(new Outcome(
                plan,
                schedule,
                proof,
                actions(result),
                EnergyTable.lpuV1(),
                seconds,
                options.prompt(),
                options.acceptance(),
                sweep,
                rows));
    }

    /**
     * Schedules the finalists; the fastest becomes the plan.
     *
     * @throws IllegalArgumentException if none of them can be scheduled
     */
    private DecodeSchedule fastest() {
        Plan taken = plan;
        DecodeSchedule fastest = null;
        IllegalArgumentException refusal = null;
        Map<Partition, Long> scheduled = new HashMap<>();
        for (Plan finalist : plan.finalists()) {
            say("scheduling " + finalist.partition() + " chips, sums "
                    + finalist.partition().form().words() + " ...");
            try {
                DecodeSchedule schedule = DecodeCompiler.compile(finalist.question(), finalist.partition());
                scheduled.put(finalist.partition(), cyclesOfOneUser(finalist, schedule));
                if (fastest == null || cyclesPerToken(finalist, schedule) < cyclesPerToken(taken, fastest)) {
                    taken = finalist;
                    fastest = schedule;
                }
            } catch (IllegalArgumentException refused) {
                refusal = refused;
            }
        }
        if (fastest == null) {
            throw Objects.requireNonNull(refusal);
        }
        plan = taken.with(scheduled);
        return fastest;
    }

    private static long cyclesOfOneUser(Plan plan, DecodeSchedule schedule) {
        return schedule.predictedCycles()
                + Turnaround.of(plan.question(), plan.partition()).cycles();
    }

    /** What the question wants to be short: a token of one user, or of all users together. */
    private static double cyclesPerToken(Plan plan, DecodeSchedule schedule) {
        long cycles = cyclesOfOneUser(plan, schedule);
        return switch (plan.question().objective()) {
            case LATENCY -> cycles;
            case THROUGHPUT -> Math.max((double) cycles / plan.question().users(), schedule.interval());
        };
    }

    private Proof proof(DecodeSchedule schedule, SimulationResult result, double seconds) {
        Machine machine = plan.question().machine();
        long start = System.nanoTime();
        long classCycles = TimeSimulator.runClasses(machine, schedule.program()).cycles();
        double classSeconds = secondsSince(start);
        int users = plan.question().users();
        long turnCycles = users == 1
                ? result.cycles()
                : TimeSimulator.runClasses(machine, schedule.inTurn(users)).cycles();
        int conflicts = -1;
        start = System.nanoTime();
        if (options.check()) {
            say("checking " + schedule.classes() + " programs ...");
            var program = users == 1 ? schedule.program() : schedule.inTurn(Math.min(users, CHECKED_USERS));
            var violations = new LegalityChecker(machine).check(program);
            conflicts = violations.size();
            violations.stream().limit(3).forEach(violation -> console.note("lockstep: " + violation));
        }
        return new Proof(
                result.cycles(), classCycles, turnCycles, conflicts, seconds, classSeconds, secondsSince(start));
    }

    /** Schedules, simulates and checks a step of several rows. */
    private RowsPoint step(int rows) {
        var question = plan.question();
        say("scheduling a step of " + rows + " rows ...");
        RowsSchedule schedule = UsageException.refusing(() -> RowsCompiler.compile(question, plan.partition(), rows));
        long cycles =
                TimeSimulator.runClasses(question.machine(), schedule.program()).cycles();
        int conflicts = -1;
        // Shorter steps are the last rows of longer ones.
        if (options.check() && rows == Collections.max(options.rows())) {
            say("checking a step of " + rows + " rows ...");
            conflicts = new LegalityChecker(question.machine())
                    .check(schedule.program())
                    .size();
        }
        return new RowsPoint(
                rows,
                schedule.predictedCycles(),
                cycles,
                conflicts,
                schedule.predictedCycles()
                        + Turnaround.of(question, plan.partition()).cycles(),
                RowsBound.cycles(question, plan.partition(), rows));
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / NANOS;
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
