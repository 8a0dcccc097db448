package dev.lockstep.cli;

import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.model.ModelPresets;
import dev.lockstep.compiler.model.ModelSizes;
import dev.lockstep.compiler.partition.Objective;
import dev.lockstep.compiler.partition.Partition;
import dev.lockstep.compiler.partition.Question;
import dev.lockstep.compiler.partition.WeightPrecision;
import dev.lockstep.compiler.report.Outcome;
import dev.lockstep.compiler.report.Published;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Compiles many systems and writes what comes out of it as a page in Markdown. */
final class SurveyPage {
    private static final int CONTEXT = 4096;
    private static final double FAR_HOP = 722;
    private static final int PROMPT = 512;
    private static final double ACCEPTANCE = 0.7;
    private static final List<Integer> ROWS = List.of(2, 4, 8);
    /** The published system first; larger ones for models that do not fit. */
    private static final List<Integer> OFFERED =
            List.of(576, 768, 1024, 1152, 1536, 2048, 3008, 4096, 6144, 8192, 16384);

    private static final String CURVE_MODEL = "llama-3.1-8b";
    private static final List<Integer> CURVE = List.of(8, 32, 64, 96, 128, 192, 256, 384, 512, 768, 1024);
    private static final String WHOLE = "llama-2-70b";
    /** Models that are also shown with weights of two bytes. */
    private static final List<String> IN_FULL = List.of("llama-2-7b", "llama-2-13b", "llama-3.1-8b", "llama-2-70b");

    private final Console console;
    private final List<String> models;
    private final StringBuilder page = new StringBuilder();

    SurveyPage(Console console, List<String> models) {
        this.console = console;
        this.models = models;
    }

    String render() {
        say("# Models on language processing units");
        say("");
        say(
                "Machine `lpu-v1`, one user, %,d positions of context (or as many as the model knows), INT8 weights, FP16 activations and cache, no",
                CONTEXT);
        say("guessing. Regenerate this page with");
        say("");
        say("<!-- not run by tests: takes minutes -->");
        say("```sh");
        say("./lockstep lpu-survey -o docs/lpu-models.md");
        say("```");
        say("");
        models();
        fullPrecision();
        validation();
        contexts();
        curve();
        return page.toString();
    }

    private void models() {
        say("## Speeds");
        say("");
        say(
                "Offered are 576 chips, or the next larger system for which there is a schedule; fewer are used where more only add hops. \"Scheduled\" means that every instruction of");
        say(
                "every chip has its cycle, that the simulation of time on all chips took as many cycles as predicted, and that the checker followed each of the programs that");
        say(
                "differ, and every vector on every link: for both hop times. \"Estimated\" is a formula; the last column says what is missing. Bounds are those of [lpu-70b.md](lpu-70b.md), for the same partition.");
        say("");
        table(models, WeightPrecision.INT8);
        say(
                "Published figures are of whole services, with hosts, networks and safety margins, at the dates that the report of `compile` gives; ours are of chips");
        say("and links alone. [lpu-70b.md](lpu-70b.md) says why they differ.");
        say("");
    }

    private void fullPrecision() {
        say("## Weights of FP16");
        say("");
        say(
                "An array of FP16 weights takes both planes of a hemisphere, so a chip multiplies with two blocks of weights at a time instead of four, and twice the bytes stream for each.");
        say("");
        table(IN_FULL.stream().filter(models::contains).toList(), WeightPrecision.FP16);
    }

    private void table(List<String> names, WeightPrecision precision) {
        say(
                "| model | weights | least chips by bytes, by schedule | chips a stage × stages | tokens/s and user, hop 300 ns | bound | reached | binds | hop 722 ns | published for the LPU | |");
        say("|---|---|---|---|---|---|---|---|---|---|---|");
        for (String name : names) {
            ModelSizes model = ModelPresets.named(name);
            try {
                model(model, precision);
            } catch (UsageException refused) {
                say(
                        "| %s | %s | | | | | | | | %s | %s |",
                        name, weights(model), published(model), refused.getMessage());
            }
        }
        say("");
    }

    private void model(ModelSizes model, WeightPrecision precision) {
        note("compiling " + model.name());
        Optional<Plan> found = plan(model, Machine.lpuV1(), precision);
        if (found.isEmpty()) {
            say(
                    "| %s | %s | | | | | | | | %s | %s |",
                    model.name(), weights(model), published(model), refusal(model, precision));
            return;
        }
        Plan farther = plan(model, Machine.lpuV1().with(Quantity.HOP, FAR_HOP), precision)
                .orElseThrow();
        Optional<Outcome> outcome = compile(found.get(), true);
        Plan plan = outcome.map(Outcome::plan).orElse(found.get());
        String bound = "%,.0f".formatted(plan.perSecond(plan.bound().cycles()));
        say(
                "| %s | %s | %,d, %s | %s of %,d | %s | %s | %s | %s | %s | %s | %s |",
                model.name(),
                weights(model),
                plan.leastChipsByBytes(),
                plan.leastChips().isPresent()
                        ? "%,d".formatted(plan.leastChips().getAsInt())
                        : "none",
                title(plan.partition()),
                plan.question().chips(),
                outcome.map(scheduled -> "%,.0f".formatted(scheduled.tokensPerSecond()))
                        .orElseGet(() -> "%,.0f estimated".formatted(plan.perSecond(plan.estimatedCycles()))),
                bound,
                outcome.map(scheduled -> "%.0f %%".formatted(100 * scheduled.shareOfBound()))
                        .orElse(""),
                plan.bound().binding().title(),
                speed(farther, plan.partition()),
                published(model),
                outcome.map(SurveyPage::agreement).orElse(plan.unscheduled()));
    }

    private static String agreement(Outcome outcome) {
        long predicted = outcome.schedule().predictedCycles();
        String simulated = outcome.proof().cycles() == predicted
                ? "%,d cycles, simulated".formatted(predicted)
                : "%,d cycles predicted, %,d simulated"
                        .formatted(predicted, outcome.proof().cycles());
        return outcome.proof().checked()
                ? simulated
                        + "; %d programs checked, %d conflicts"
                                .formatted(
                                        outcome.schedule().classes(),
                                        outcome.proof().conflicts())
                : simulated;
    }

    /** With the partition, if it is another one. */
    private String speed(Plan plan, Partition near) {
        return compile(plan, true)
                .map(scheduled -> {
                    Partition taken = scheduled.plan().partition();
                    String other = taken.equals(near) ? "" : " (%s)".formatted(title(taken));
                    return "%,.0f%s".formatted(scheduled.tokensPerSecond(), other);
                })
                .orElseGet(() -> "%,.0f estimated".formatted(plan.perSecond(plan.estimatedCycles())));
    }

    private static String title(Partition partition) {
        return switch (partition.form()) {
            case CARRIERS -> partition.toString();
            case ONE_SHOT -> partition + ", one-shot";
        };
    }

    private static String published(ModelSizes model) {
        return Published.of(model.name()).stream()
                .filter(speed -> speed.system().contains("LPU"))
                .map(speed -> speed.tokensPerSecond() + " (" + speed.when() + ")")
                .findFirst()
                .orElse("");
    }

    private static String weights(ModelSizes model) {
        return String.format(Locale.ROOT, "%.1f B", model.weights() / 1e9);
    }

    private static String refusal(ModelSizes model, WeightPrecision precision) {
        try {
            Plan.of(question(model, Machine.lpuV1(), OFFERED.getLast(), precision));
            return "";
        } catch (IllegalArgumentException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /** On the smallest of the systems that are offered for which there is a schedule, or else on the smallest that holds the model. */
    private static Optional<Plan> plan(ModelSizes model, Machine machine, WeightPrecision precision) {
        Optional<Plan> estimated = Optional.empty();
        for (int chips : OFFERED) {
            try {
                Plan plan = Plan.of(question(model, machine, chips, precision));
                if (plan.unscheduled().isEmpty()) {
                    return Optional.of(plan);
                }
                estimated = estimated.or(() -> Optional.of(plan));
            } catch (IllegalArgumentException tooSmall) {
                // The next larger system is tried.
            }
        }
        return estimated;
    }

    private static Question question(ModelSizes model, Machine machine, int chips, WeightPrecision precision) {
        return new Question(
                model,
                machine,
                LpuTarget.usualTopology(chips),
                chips,
                Math.min(CONTEXT, model.contextLength()),
                1,
                precision,
                Objective.LATENCY);
    }

    private Optional<Outcome> compile(Plan plan, boolean check) {
        return compile(plan, check, List.of());
    }

    private Optional<Outcome> compile(Plan plan, boolean check, List<Integer> rows) {
        return new SystemCompilation(
                        console, plan, new SystemCompilation.Options(check, PROMPT, ACCEPTANCE, false, rows))
                .run();
    }

    /** Whole models whose published speeds are targets of validation. */
    private void validation() {
        say("## Beside published speeds of whole models");
        say("");
        say("| | model | theirs, tokens/s | cycles a layer | ours, tokens/s | cycles a layer | ratio |");
        say("|---|---|---|---|---|---|---|");
        target("V19", WHOLE, "241 to 300", 300);
        target("V20", "llama-2-7b", "750", 750);
        target("V21", "llama-3-8b", "751 to 1,300", 1300);
        say("");
        say(
                "Ours is faster throughout, and was not tuned to be less so. Theirs are services: hosts, networks, sampling and margins are in them, ours has none of these. Both their Llama-2");
        say(
                "figures are the same 37,500 cycles a layer on chips that are as full, whatever the size of the layer: that is what one layer a stage on as few chips as");
        say(
                "hold it gives, where weights stream for most of the time. We share each layer among 32 chips. The same chips went from 100 to 300 by software alone.");
        say("");
    }

    private void target(String number, String name, String theirs, double best) {
        note("compiling " + name);
        compile(
                        plan(ModelPresets.named(name), Machine.lpuV1(), WeightPrecision.INT8)
                                .orElseThrow(),
                        false)
                .ifPresent(outcome -> {
                    int layers = outcome.plan().question().model().layers().size();
                    say(
                            "| %s | %s | %s | %,.0f at best | %,.0f on %d chips | %,d | %.1f |",
                            number,
                            name,
                            theirs,
                            outcome.plan().perSecond(1) / best / layers,
                            outcome.tokensPerSecond(),
                            outcome.plan().partition().chips(),
                            outcome.cyclesPerToken() / layers,
                            outcome.tokensPerSecond() / best);
                });
    }

    private void contexts() {
        note("compiling contexts of " + WHOLE);
        Plan plan = plan(ModelPresets.named(WHOLE), Machine.lpuV1(), WeightPrecision.INT8)
                .orElseThrow();
        say("## %s at shorter contexts, with prompts and users", WHOLE);
        say("");
        say("| positions | µs a token | tokens/s and user | of the bound |");
        say("|---|---|---|---|");
        for (ContextPoint point : ContextPoint.sweep(plan)) {
            say(
                    "| %,d | %.1f | %,.0f | %.1f %% |",
                    point.context(),
                    plan.micros(point.cycles()),
                    plan.perSecond(point.cycles()),
                    100.0 * point.boundCycles() / point.cycles());
        }
        say("");
        compile(plan, true, ROWS).ifPresent(this::traffic);
    }

    private void traffic(Outcome outcome) {
        Plan plan = outcome.plan();
        say(
                "A token can follow another %.1f µs later, when the longest stage has done all it does for the one before. So the pipeline reads prompts at %,.0f tokens/s",
                plan.micros(outcome.schedule().interval()),
                plan.perSecond(outcome.schedule().interval()));
        say(
                "(%.1f ms from the first of %d tokens to the first of the answer), and %d users with room for their caches would not wait for one another.",
                plan.micros(outcome.cyclesToFirstToken()) / 1e3, outcome.prompt(), outcome.usersWithoutWaiting());
        say("");
        say(
                "Steps of several rows, for guessed tokens, are scheduled: rows follow one another through the pipeline, each with a program for its position. With %.0f %% of",
                100 * outcome.acceptance());
        say("guesses right, which is assumed:");
        say("");
        say("| rows | µs a step | of the bound | tokens a step | tokens/s and user | |");
        say("|---|---|---|---|---|---|");
        outcome.rows()
                .forEach(step -> say(
                        "| %d | %.0f | %.0f %% | %.2f | %,.0f | %,d cycles predicted, %,d simulated%s |",
                        step.rows(),
                        plan.micros(step.cycles()),
                        100.0 * step.boundCycles() / step.cycles(),
                        step.tokens(outcome.acceptance()),
                        outcome.tokensPerSecond(step),
                        step.predictedCycles(),
                        step.simulatedCycles(),
                        step.conflicts() < 0 ? "" : "; checked, %d conflicts".formatted(step.conflicts())));
        say("");
        say(
                "The bound lets weights stream once for all rows. Arrays hold two sums, so two rows could share a pass of weights; in these schedules every row streams them anew, while");
        say("the rows before wait for hops in later stages.");
        say("");
    }

    /** Systems that are full of the layers of one model. */
    private void curve() {
        say("## From 8 to 1,024 chips");
        say("");
        say(
                "As many layers of %s as fit. Equal stages share a program, so that scheduling takes about as long for many chips as for some; simulation follows each",
                CURVE_MODEL);
        say("chip, or one of each class of chips that do the same. Seconds are those of two busy shared cores.");
        say("");
        say(
                "| chips | layers | instructions of a token | programs | cycles | s to schedule | s to simulate all chips | s to simulate classes |");
        say("|---|---|---|---|---|---|---|---|");
        for (int chips : CURVE) {
            note("compiling " + chips + " chips");
            Plan plan = full(chips);
            compile(plan, true)
                    .ifPresentOrElse(
                            outcome -> point(chips, outcome),
                            () -> say("| %,d | | | | | %s | | |", chips, plan.unscheduled()));
        }
    }

    private void point(int chips, Outcome outcome) {
        say(
                "| %,d | %d | %,d | %d | %,d | %.1f | %.1f | %.1f |",
                chips,
                outcome.plan().question().model().layers().size(),
                outcome.instructions(),
                outcome.schedule().classes(),
                outcome.proof().cycles(),
                outcome.compileSeconds(),
                outcome.proof().seconds(),
                outcome.proof().classSeconds());
    }

    private static Plan full(int chips) {
        ModelSizes whole = ModelPresets.named(CURVE_MODEL);
        int low = 1;
        int high = 4 * chips;
        Plan plan = Plan.of(question(layers(whole, 1), Machine.lpuV1(), chips, WeightPrecision.INT8));
        while (low < high) {
            int layers = (low + high + 1) / 2;
            try {
                plan = Plan.of(question(layers(whole, layers), Machine.lpuV1(), chips, WeightPrecision.INT8));
                low = layers;
            } catch (IllegalArgumentException tooMany) {
                high = layers - 1;
            }
        }
        return plan;
    }

    private static ModelSizes layers(ModelSizes model, int count) {
        return new ModelSizes(
                model.name() + " of " + count + " layers",
                model.width(),
                Collections.nCopies(count, model.layers().getFirst()),
                model.vocabulary(),
                model.contextLength(),
                model.tied());
    }

    private void note(String what) {
        if (console.terminals().error()) {
            console.noteInPlace(what + " ...");
        }
    }

    private void say(String format, Object... values) {
        page.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
                .append('\n');
    }
}
