package dev.lockstep.cli;

import dev.lockstep.lpu.assembly.InstructionText;
import dev.lockstep.lpu.explain.Moment;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description = "Says who does what in one cycle of an LPU program.",
        customSynopsis = "lockstep explain FILE --chip C --cycle N",
        footer = {"", "Example:", "  lockstep explain program.lpu --chip 0 --cycle 1200"})
final class ExplainCommand implements Callable<Integer> {
    /** Queues that are named as the next to go on. */
    private static final int NEXT = 8;

    private final Console console;

    @Parameters(
            paramLabel = "FILE",
            description = "A program: what 'lockstep compile --program' or 'lockstep asm' wrote.")
    private @Nullable Path source;

    @Option(names = "--chip", paramLabel = "C", description = "Which chip, from 0. Default 0.")
    private int chip;

    @Option(names = "--cycle", required = true, paramLabel = "N", description = "Which cycle, from 0.")
    private long cycle;

    @Option(names = "--json", description = "Print one object.")
    private boolean json;

    ExplainCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        LpuProgram program = ProgramFile.readBinary(Given.required(source));
        Moment moment = Moment.of(program, chip, cycle);
        if (json) {
            Json.print(console, fields(moment));
        } else {
            print(moment);
        }
        return ExitStatus.DONE;
    }

    private void print(Moment moment) {
        if (moment.placement().isEmpty()) {
            console.printLine("chip " + chip + ", cycle " + cycle + ": no block of the program runs");
            return;
        }
        Placement placement = moment.placement().get();
        console.printLine("chip %d, cycle %d: cycle %d of block %s, which began in cycle %d"
                .formatted(chip, cycle, cycle - placement.start(), moment.block(), placement.start()));
        for (Moment.Dispatch dispatch : moment.dispatches()) {
            console.printLine("  %-14s %s%s"
                    .formatted(dispatch.queue(), InstructionText.of(dispatch.instruction()), times(dispatch)));
        }
        if (moment.dispatches().isEmpty()) {
            console.printLine("  no queue dispatches anything");
        }
        List<Moment.Waiting> waiting = moment.waiting();
        if (!waiting.isEmpty()) {
            console.printLine("next:");
            waiting.stream()
                    .limit(NEXT)
                    .forEach(next ->
                            console.printLine("  %-14s in %d cycles".formatted(next.queue(), next.cycle() - cycle)));
            if (waiting.size() > NEXT) {
                console.printLine("  and " + (waiting.size() - NEXT) + " more queues later");
            }
        }
    }

    private static String times(Moment.Dispatch dispatch) {
        return dispatch.times() == 1 ? "" : "   (" + dispatch.time() + " of " + dispatch.times() + ")";
    }

    private Map<String, Object> fields(Moment moment) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("chip", chip);
        fields.put("cycle", cycle);
        fields.put("block", moment.block());
        fields.put("block_start", moment.placement().map(Placement::start).orElse(-1L));
        List<Map<String, Object>> dispatches = new ArrayList<>();
        for (Moment.Dispatch dispatch : moment.dispatches()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("queue", dispatch.queue().toString());
            one.put("instruction", InstructionText.of(dispatch.instruction()));
            one.put("time", dispatch.time());
            one.put("times", dispatch.times());
            dispatches.add(one);
        }
        fields.put("dispatches", dispatches);
        Map<String, Long> next = new LinkedHashMap<>();
        moment.waiting().forEach(waiting -> next.put(waiting.queue().toString(), waiting.cycle()));
        fields.put("next", next);
        return fields;
    }
}
