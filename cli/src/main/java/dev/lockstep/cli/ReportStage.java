package dev.lockstep.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The page that says where the time goes. */
final class ReportStage implements TourStage {
    private final Path report;
    private final boolean open;

    /** @param open whether somebody sits there who could look at it */
    ReportStage(Path report, boolean open) {
        this.report = report;
        this.open = open;
    }

    @Override
    public String title() {
        return "Where the time goes";
    }

    @Override
    public void show(Tour tour) {
        tour.say(
                "The report of that compilation: what each phase of a layer waits for, and every assumption by its name.");
        tour.result(report.toUri().toString());
        if (open && !opened()) {
            tour.say("No browser is found here; copy the line above into one.");
        }
    }

    /** Whether a program of the desktop took it. */
    private boolean opened() {
        var system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        boolean mac = system.contains("mac");
        boolean windows = system.contains("win");
        if (!mac && !windows && System.getenv("DISPLAY") == null && System.getenv("WAYLAND_DISPLAY") == null) {
            return false;
        }
        try {
            new ProcessBuilder(List.of(mac ? "open" : windows ? "explorer" : "xdg-open", report.toString()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException notThere) {
            return false;
        }
    }
}
