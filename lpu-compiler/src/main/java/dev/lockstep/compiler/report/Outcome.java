package dev.lockstep.compiler.report;

import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.RowsPoint;
import dev.lockstep.compiler.bound.Turnaround;
import dev.lockstep.compiler.decode.DecodeSchedule;
import dev.lockstep.compiler.energy.Energy;
import dev.lockstep.compiler.energy.EnergyTable;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.util.ArrayList;
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
 * @param rows steps of several rows on the same system, if asked for
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
        List<ContextPoint> sweep,
        List<RowsPoint> rows) {
    public Outcome {
        sweep = List.copyOf(sweep);
        rows = List.copyOf(rows);
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

    /** From one token of all users together to the next. */
    public double secondsPerToken() {
        return plan.micros(cyclesPerRound()) / 1e6 / plan.question().users();
    }

    /** The same if as many users take turns as need not wait. */
    public double secondsPerTokenOfFullPipeline() {
        return plan.micros(schedule.interval()) / 1e6;
    }

    public Energy energy() {
        return energy(secondsPerToken());
    }

    public Energy energyOfFullPipeline() {
        return energy(secondsPerTokenOfFullPipeline());
    }

    private Energy energy(double secondsPerToken) {
        return Energy.of(
                table, plan.question().machine(), actions, plan.partition().chips(), secondsPerToken);
    }

    /** Tokens a second of one user whose tokens are guessed. */
    public double tokensPerSecond(RowsPoint step) {
        return plan.perSecond(step.cycles()) * step.tokens(acceptance);
    }

    /** The program of a chip of a stage. */
    Block block(int stage, int chip) {
        LpuProgram program = schedule.program();
        Placement placement =
                program.chips().get(stage * plan.partition().tensor() + chip).getFirst();
        return program.blocks().get(placement.block());
    }

    /** Every figure of the report by name, for programs that read it. */
    public Map<String, Object> fields() {
        return new OutcomeFields(this).all();
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
}
