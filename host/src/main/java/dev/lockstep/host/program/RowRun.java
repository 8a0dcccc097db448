package dev.lockstep.host.program;

import dev.lockstep.graph.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * Tasks of a phase that follow one another and may be done together, a part after the other: all are cut by tokens and do some tokens at a time, or the first one is a product with
 * quantised weights, and all compute the same vectors of the same tokens, of which each task reads at most what those before it have computed. Any other task is a run of its
 * own.
 *
 * @param tasks at least one
 */
record RowRun(List<Task> tasks) {
    RowRun {
        tasks = List.copyOf(tasks);
        if (tasks.isEmpty()) {
            throw new IllegalArgumentException("a run of no tasks");
        }
    }

    static RowRun of(Task task) {
        return new RowRun(List.of(task));
    }

    /** All tasks of a phase, in order. */
    static List<RowRun> cut(List<Task> phase) {
        List<RowRun> runs = new ArrayList<>();
        List<Task> run = new ArrayList<>();
        for (Task task : phase) {
            if (!run.isEmpty() && !follows(run.getFirst(), task)) {
                runs.add(new RowRun(run));
                run = new ArrayList<>();
            }
            run.add(task);
        }
        if (!run.isEmpty()) {
            runs.add(new RowRun(run));
        }
        return runs;
    }

    /**
     * Whether a phase may be cut by tokens: whatever is cut by rows belongs to runs of products with quantised weights, so that nothing else reads what a core has computed of
     * other cores' tokens.
     */
    static boolean ofWholeTokens(List<Task> phase) {
        return cut(phase).stream()
                .filter(run -> run.linear().cut() == Cut.ROWS)
                .allMatch(run -> quantised(run.linear()));
    }

    /** What only tasks of the run read, so that it need not have rows. */
    List<Slot> passed(List<Task> phase) {
        return tasks.stream()
                .map(Task::output)
                .filter(slot -> slot.lastPhase() == slot.firstPhase())
                .filter(slot -> phase.stream()
                        .allMatch(task -> tasks.contains(task) || !task.inputs().contains(slot)))
                .toList();
    }

    /** Whether all tasks are cut by tokens. */
    boolean byTokens() {
        return tasks.getFirst().cut() == Cut.TOKENS;
    }

    /** The first task, which is a product where there are several that are not cut by tokens. */
    Task linear() {
        return tasks.getFirst();
    }

    /** Columns of the products. */
    int columns() {
        return ((Op.Linear) linear().op()).matrix().columns();
    }

    private static boolean follows(Task first, Task task) {
        return task.wanted() == first.wanted()
                && (first.cut() == Cut.TOKENS ? task.cut() == Cut.TOKENS : followsProduct(first, task));
    }

    private static boolean followsProduct(Task first, Task task) {
        return quantised(first)
                && task.output().parts() == 1
                && task.output().partWidth() == first.output().partWidth()
                && (quantised(task) ? sameInput(first, task) : ofElements(task));
    }

    private static boolean quantised(Task task) {
        return task.part() == Task.Part.WHOLE
                && task.op() instanceof Op.Linear
                && task.inputs().getFirst().kind().quantized();
    }

    /** Products with the same row have equally many columns, and as many tokens of it stay in the cache. */
    private static boolean sameInput(Task first, Task task) {
        return first.inputs().getFirst() == task.inputs().getFirst();
    }

    private static boolean ofElements(Task task) {
        return task.part() == Task.Part.WHOLE
                && switch (task.op()) {
                    case Op.Add _, Op.Bias _, Op.Scale _, Op.SoftCap _, Op.Activate _, Op.Gated _ -> true;
                    case Op.Embedding _,
                            Op.RmsNorm _,
                            Op.LayerNorm _,
                            Op.Linear _,
                            Op.ExpertLinear _,
                            Op.HeadLinear _,
                            Op.Weave _,
                            Op.RowGate _,
                            Op.ExpertBias _,
                            Op.ExpertSum _,
                            Op.Attention _,
                            Op.Quantize _,
                            Op.Route _ -> false;
                };
    }
}
