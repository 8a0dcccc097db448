package dev.lockstep.cli;

import java.nio.file.Path;
import java.util.Locale;

/** A model that no single chip can hold, compiled from its sizes alone. */
final class ScaleStage implements TourStage {
    private static final String CHIPS = "576";

    private final Path report;

    /** @param report where a page about it goes */
    ScaleStage(Path report) {
        this.report = report;
    }

    @Override
    public String title() {
        return "Llama-2-70B on " + CHIPS + " chips";
    }

    @Override
    public void show(Tour tour) {
        tour.say(
                "A chip has 220 MiB of memory and no other, so large models are cut over many chips, whose messages are");
        tour.say("scheduled to the cycle, too. The sizes of a model are enough to do that.");
        // The check, that no two things meet in any unit of any chip, would take minutes.
        var plan = tour.run(
                "compile",
                "-m",
                "shape:llama-2-70b",
                "--target",
                "lpu:" + CHIPS,
                "--no-check",
                "--report",
                report.toString());
        tour.result(String.format(
                Locale.ROOT,
                "%d chips: %d share every layer, %d such groups follow each other%n"
                        + "%s tokens a second for one user; %s would be the limit of these chips and links",
                plan.path("chips").asInt(),
                plan.path("tensor_parallel").asInt(),
                plan.path("pipeline_parallel").asInt(),
                Printable.rate(plan.path("tokens_per_second_per_user").asDouble()),
                Printable.rate(plan.path("bound_tokens_per_second").asDouble())));
    }
}
