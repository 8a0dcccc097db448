package dev.lockstep.compiler.report;

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
import dev.lockstep.compiler.model.ModelPresets;
import dev.lockstep.compiler.partition.Objective;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Topology;
import dev.lockstep.simulator.Action;
import dev.lockstep.simulator.TimeSimulator;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A small model on 32 chips, compiled once for all tests of the report. */
final class SmallOutcome {
    private static final Outcome OUTCOME = compile();

    private SmallOutcome() {}

    static Outcome outcome() {
        return OUTCOME;
    }

    private static Outcome compile() {
        Machine machine = Machine.lpuV1();
        Question question = new Question(
                ModelPresets.named("tinyllama-1.1b"),
                machine,
                Topology.QUADFOUR_LINE,
                32,
                1000,
                1,
                WeightPrecision.INT8,
                Objective.LATENCY);
        Plan plan = Plan.of(question);
        DecodeSchedule schedule = DecodeCompiler.compile(question, plan.partition());
        var result = TimeSimulator.run(machine, schedule.program());
        Map<String, Long> actions = new LinkedHashMap<>();
        for (Action action : Action.values()) {
            actions.put(action.name(), result.total().count(action));
        }
        long classes = TimeSimulator.runClasses(machine, schedule.program()).cycles();
        var proof = new Proof(result.cycles(), classes, result.cycles(), 0, 1, 1, 1);
        return new Outcome(
                plan,
                schedule,
                proof,
                actions,
                EnergyTable.lpuV1(),
                1,
                512,
                0.5,
                ContextPoint.sweep(plan),
                rows(plan, 2, 4));
    }

    private static List<RowsPoint> rows(Plan plan, int... counts) {
        List<RowsPoint> points = new ArrayList<>();
        for (int rows : counts) {
            RowsSchedule step = RowsCompiler.compile(plan.question(), plan.partition(), rows);
            long turnaround = Turnaround.of(plan.question(), plan.partition()).cycles();
            points.add(new RowsPoint(
                    rows,
                    step.predictedCycles(),
                    TimeSimulator.run(plan.question().machine(), step.program()).cycles(),
                    -1,
                    step.predictedCycles() + turnaround,
                    RowsBound.cycles(plan.question(), plan.partition(), rows)));
        }
        return points;
    }
}
