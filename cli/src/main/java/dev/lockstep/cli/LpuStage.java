package dev.lockstep.cli;

import java.util.Locale;

/** The same question to the same model, computed by simulated chips. */
final class LpuStage implements TourStage {
    private static final String CHIPS = "8";

    /** Few, for a simulated token takes the better part of a second. */
    private static final String TOKENS = "16";

    private static final double MICROSECONDS = 1e6;

    private final HostStage host;

    LpuStage(HostStage host) {
        this.host = host;
    }

    @Override
    public String title() {
        return "The same model on a language processing unit";
    }

    @Override
    public void show(Tour tour) {
        tour.say(
                "An LPU decides nothing while it runs. Which unit does what in which cycle stands in the program, so that");
        tour.say("its speed is known before it starts. Here a simulator computes " + CHIPS + " chips, value by value.");
        var answer =
                tour.run("simulate", "-m", "demo", "--target", "lpu:" + CHIPS, "-p", HostStage.PROMPT, "-n", TOKENS);
        var text = answer.path("text").asString();
        tour.result(HostStage.PROMPT + text);
        tour.say(comparison(text));
        tour.say(String.format(
                Locale.ROOT,
                "%s tokens a second, if the chips were there: %d cycles a token, predicted %d and simulated %d in all.",
                Printable.rate(
                        MICROSECONDS / answer.path("microseconds_per_token").asDouble()),
                answer.path("cycles_per_token").asLong(),
                answer.path("predicted_cycles").asLong(),
                answer.path("simulated_cycles").asLong()));
    }

    private String comparison(String text) {
        int same = 0;
        while (same < Math.min(text.length(), host.text().length())
                && text.charAt(same) == host.text().charAt(same)) {
            same++;
        }
        return same == text.length()
                ? "These are the words of this computer, although the chips round to 16 bits and the computer to 8."
                : "The first %d characters are those of this computer; the chips round to 16 bits, the computer to 8."
                        .formatted(same);
    }
}
