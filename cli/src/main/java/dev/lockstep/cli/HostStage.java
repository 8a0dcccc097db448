package dev.lockstep.cli;

import java.util.Locale;

/** The embedded model on this computer. */
final class HostStage implements TourStage {
    static final String PROMPT = "Once upon a time";
    private static final String TOKENS = "60";

    private String text = "";

    @Override
    public String title() {
        return "A model on this computer";
    }

    @Override
    public void show(Tour tour) {
        tour.say("Lockstep makes one native program of the whole model, with a place and an order for everything.");
        var answer = tour.run("run", "-m", "demo", "-p", PROMPT, "-n", TOKENS, "--temp", "0");
        text = answer.path("text").asString();
        tour.result(PROMPT + text);
        tour.say(String.format(
                Locale.ROOT,
                "%s tokens a second on the %s machine; the same seed gives the same text, always.",
                Printable.rate(answer.path("decode_tps").asDouble()),
                answer.path("engine").asString()));
    }

    /** How it continued the prompt; empty before it was shown. */
    String text() {
        return text;
    }
}
