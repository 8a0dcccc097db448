package dev.lockstep.compiler;

import dev.lockstep.compiler.bound.LowerBound;
import dev.lockstep.compiler.bound.Turnaround;
import dev.lockstep.compiler.decode.DecodeCompiler;
import dev.lockstep.compiler.partition.Question;
import java.util.ArrayList;
import java.util.List;

/**
 * The same system at a shorter context: its step is scheduled anew.
 *
 * @param context positions that attention sees
 * @param cycles of a token, with what follows until the next one
 */
public record ContextPoint(int context, long cycles, long boundCycles) {
    private static final int PARTS = 4;

    /** Points from the first position to all of a plan's context. */
    public static List<ContextPoint> sweep(Plan plan) {
        List<ContextPoint> points = new ArrayList<>();
        int whole = plan.question().context();
        for (int part = 0; part <= PARTS; part++) {
            points.add(of(plan, Math.max(1, Math.toIntExact((long) whole * part / PARTS))));
        }
        return points;
    }

    private static ContextPoint of(Plan plan, int context) {
        Question question = plan.question().withContext(context);
        return new ContextPoint(
                context,
                DecodeCompiler.compile(plan.question(), plan.partition(), context)
                                .predictedCycles()
                        + Turnaround.of(question, plan.partition()).cycles(),
                LowerBound.of(question, plan.partition()).cycles());
    }
}
