package dev.lockstep.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
        name = "tour",
        description = "Shows in two minutes what there is: this computer, an LPU, and a large model on many chips.",
        customSynopsis = "lockstep tour",
        footer = {"", "Examples:", "  lockstep tour"})
final class TourCommand implements Callable<Integer> {
    private final Console console;

    TourCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        var tour = new Tour(console);
        var stages = stages();
        for (int stage = 0; stage < stages.size(); stage++) {
            tour.heading("%d/%d  %s"
                    .formatted(stage + 1, stages.size(), stages.get(stage).title()));
            stages.get(stage).show(tour);
        }
        tour.say("");
        tour.say("Next: lockstep chat, or lockstep chat -m FILE with a model of yours.");
        return ExitStatus.DONE;
    }

    private List<TourStage> stages() {
        var host = new HostStage();
        return List.of(host, new LpuStage(host), new ScaleStage());
    }
}
