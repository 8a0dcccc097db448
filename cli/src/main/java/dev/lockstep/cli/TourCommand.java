package dev.lockstep.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "tour",
        description = {
            "Shows in two minutes what there is.",
            "A model on this computer, the same on an LPU, and a large one on many chips."
        },
        customSynopsis = "lockstep tour [--report FILE.html]",
        footer = {"", "Examples:", "  lockstep tour"})
final class TourCommand implements Callable<Integer> {
    private final Console console;

    @Option(
            names = "--report",
            paramLabel = "FILE.html",
            description = "Where the page goes; default: lockstep-tour.html in /tmp.")
    private Path report = Path.of(System.getProperty("java.io.tmpdir"), "lockstep-tour.html");

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
        var page = report.toAbsolutePath();
        boolean somebodyLooks = console.terminals().output();
        return List.of(host, new LpuStage(host), new ScaleStage(page), new ReportStage(page, somebodyLooks));
    }
}
