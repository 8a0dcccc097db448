package dev.lockstep.compiler.report;

import dev.lockstep.compiler.ContextPoint;
import dev.lockstep.compiler.Plan;
import dev.lockstep.compiler.RowsPoint;
import dev.lockstep.compiler.decode.Mark;
import dev.lockstep.compiler.energy.Energy;
import dev.lockstep.compiler.partition.Candidate;
import dev.lockstep.lpu.machine.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures of the report by name, in the order of the page and in its units. */
final class OutcomeFields {
    private final Outcome outcome;
    private final Plan plan;

    OutcomeFields(Outcome outcome) {
        this.outcome = outcome;
        this.plan = outcome.plan();
    }

    Map<String, Object> all() {
        Map<String, Object> fields = new LinkedHashMap<>(plan.fields());
        Energy energy = outcome.energy();
        fields.put("scheduled", true);
        fields.put("predicted_cycles", outcome.schedule().predictedCycles());
        fields.put("simulated_cycles", outcome.proof().cycles());
        fields.put("simulated_cycles_of_classes", outcome.proof().classCycles());
        fields.put("conflicts", outcome.proof().checked() ? outcome.proof().conflicts() : null);
        fields.put("turnaround_cycles", outcome.turnaround().cycles());
        fields.put("cycles_per_token", outcome.cyclesPerToken());
        fields.put("microseconds_per_token", plan.micros(outcome.cyclesPerToken()));
        fields.put("tokens_per_second_per_user", plan.perSecond(outcome.cyclesPerRound()));
        fields.put("tokens_per_second", outcome.tokensPerSecondOfAll());
        fields.put("share_of_bound", outcome.shareOfBound());
        fields.put("interval_cycles", outcome.schedule().interval());
        fields.put("users_without_waiting", outcome.usersWithoutWaiting());
        fields.put(
                "predicted_cycles_of_all_users",
                outcome.schedule().cyclesInTurn(plan.question().users()));
        fields.put("simulated_cycles_of_all_users", outcome.proof().turnCycles());
        fields.put("prompt_tokens", outcome.prompt());
        fields.put("milliseconds_to_first_token", plan.micros(outcome.cyclesToFirstToken()) / 1e3);
        fields.put("prompt_tokens_per_second", plan.perSecond(outcome.schedule().interval()));
        fields.put("joules_per_token", energy.total());
        fields.put("joules_per_token_dynamic", energy.dynamic());
        fields.put("joules_per_token_provisioned", energy.provisioned());
        fields.put("joules_assumed_share", energy.assumedShare());
        fields.put("programs", outcome.schedule().classes());
        fields.put("instructions", outcome.instructions());
        fields.put("words_per_slice", outcome.schedule().words());
        fields.put("link_vectors", outcome.actions().getOrDefault("LINK_VECTOR", 0L));
        fields.put("acceptance", outcome.acceptance());
        if (!outcome.rows().isEmpty()) {
            fields.put(
                    "steps_of_rows", outcome.rows().stream().map(this::fields).toList());
        }
        if (!outcome.sweep().isEmpty()) {
            fields.put("contexts", outcome.sweep().stream().map(this::fields).toList());
        }
        fields.put("compile_seconds", outcome.compileSeconds());
        fields.put("simulate_seconds", outcome.proof().seconds());
        fields.put("simulate_classes_seconds", outcome.proof().classSeconds());
        fields.put("check_seconds", outcome.proof().checkSeconds());
        phases(fields);
        chip(fields);
        links(fields);
        energy(fields);
        fields.put(
                "partitions",
                PartitionsSection.shown(plan).stream().map(this::fields).toList());
        fields.put(
                "published",
                Published.near(plan.question().model().name()).stream()
                        .map(OutcomeFields::fields)
                        .toList());
        fields.put(
                "assumptions",
                plan.question().machine().assumptions().stream()
                        .map(OutcomeFields::fields)
                        .toList());
        return fields;
    }

    private void phases(Map<String, Object> fields) {
        int layers = plan.question().model().layers().size();
        List<Map<String, Object>> phases = new ArrayList<>();
        long sum = 0;
        for (Map.Entry<Mark.Phase, Long> phase : Phases.of(outcome).entrySet()) {
            sum += phase.getValue();
            phases.add(fields(
                    "phase",
                    phase.getKey().words(),
                    "cycles",
                    phase.getValue(),
                    "microseconds",
                    plan.micros(phase.getValue()),
                    "cycles_a_layer",
                    phase.getValue() / layers));
        }
        fields.put("phases", phases);
        fields.put("microseconds_between_phases", plan.micros(outcome.cyclesPerToken() - sum));
        List<Map<String, Object>> perLayer = new ArrayList<>();
        for (Map<Mark.Phase, Long> layer : LayersSection.layers(outcome)) {
            Map<String, Object> micros = fields("layer", perLayer.size());
            layer.forEach((phase, cycles) ->
                    micros.put(phase.name().toLowerCase(Locale.ROOT) + "_microseconds", plan.micros(cycles)));
            micros.put(
                    "microseconds",
                    plan.micros(
                            layer.values().stream().mapToLong(Long::longValue).sum()));
            perLayer.add(micros);
        }
        fields.put("layers", perLayer);
        Map<String, Object> bound = new LinkedHashMap<>();
        plan.bound()
                .terms()
                .forEach((term, cycles) -> bound.put(term.name().toLowerCase(Locale.ROOT), plan.micros(cycles)));
        bound.put("all", plan.micros(plan.bound().cycles()));
        fields.put("bound_microseconds", bound);
        long gap = outcome.cyclesPerToken() - plan.bound().cycles();
        fields.put("gap_microseconds", plan.micros(gap));
        fields.put("gap_cycles_a_layer", gap / layers);
        fields.put("interval_microseconds", plan.micros(outcome.schedule().interval()));
    }

    private void chip(Map<String, Object> fields) {
        ChipUse use = ChipSection.use(outcome);
        fields.put(
                "chip",
                fields(
                        "stage",
                        ChipSection.stage(outcome) + 1,
                        "cycles",
                        use.cycles(),
                        "microseconds",
                        plan.micros(use.cycles()),
                        "computing_cycles",
                        use.computing(),
                        "computing_while_linking_cycles",
                        use.both(),
                        "linking_cycles",
                        use.linking(),
                        "waiting_cycles",
                        use.idle(),
                        "loading_cycles",
                        use.loading()));
        fields.put(
                "phases_of_the_chip",
                ChipSection.layer(outcome).stream()
                        .map(mark -> fields(
                                "phase",
                                mark.phase().words(),
                                "start_cycle",
                                mark.start(),
                                "microseconds",
                                plan.micros(Phases.cycles(mark))))
                        .toList());
        fields.put(
                "memory_words_by_slice",
                new ChipPicture(outcome.block(ChipSection.stage(outcome), 0))
                        .memory().stream()
                                .map(words -> List.of(words.fixed(), words.cached(), words.worked()))
                                .toList());
        fields.put("words_of_a_slice", plan.question().machine().wordsPerSlice());
    }

    private void links(Map<String, Object> fields) {
        long[][] sent = LinksSection.sent(outcome);
        long most = LinksSection.busiest(sent);
        fields.put("ports", sent.length);
        fields.put("link_vectors_by_port_and_chip", sent);
        fields.put("busiest_port_vectors", most);
        fields.put("busiest_port_share", LinksSection.share(outcome, most));
    }

    private void energy(Map<String, Object> fields) {
        fields.put("standing_share_of_average_power", Energy.STANDING_SHARE);
        fields.put("energy", users(plan.question().users(), outcome.energy(), outcome.secondsPerToken()));
        fields.put(
                "energy_of_full_pipeline",
                users(
                        outcome.usersWithoutWaiting(),
                        outcome.energyOfFullPipeline(),
                        outcome.secondsPerTokenOfFullPipeline()));
        List<Map<String, Object>> actions = new ArrayList<>();
        outcome.actions().forEach((action, times) -> {
            if (times > 0) {
                var row = outcome.table().row(action);
                actions.add(fields(
                        "action",
                        action.toLowerCase(Locale.ROOT),
                        "times",
                        times,
                        "picojoules",
                        row.picojoules(),
                        "millijoules",
                        1e3 * outcome.energy().byAction().get(action),
                        "status",
                        row.status(),
                        "source",
                        row.source()));
            }
        });
        fields.put("energy_by_action", actions);
    }

    private Map<String, Object> users(int users, Energy energy, double seconds) {
        return fields(
                "users",
                users,
                "joules_per_token",
                energy.total(),
                "done",
                energy.dynamic(),
                "standing_by",
                energy.standing(),
                "watts_per_chip",
                energy.total() / seconds / plan.partition().chips(),
                "provisioned",
                energy.provisioned());
    }

    private Map<String, Object> fields(Candidate candidate) {
        return fields(
                "tensor_parallel",
                candidate.partition().tensor(),
                "pipeline_parallel",
                candidate.partition().stages(),
                "chips",
                candidate.partition().chips(),
                "estimated_tokens_per_second",
                candidate.memory().fits() ? candidate.tokensPerSecond() : null,
                "bytes_per_chip",
                candidate.memory().total(),
                "attention",
                candidate.partition().split().words(),
                "sums",
                candidate.partition().form().words(),
                "reason",
                plan.reason(candidate));
    }

    private static Map<String, Object> fields(Published.Speed speed) {
        return fields(
                "system",
                speed.system(),
                "model",
                speed.model(),
                "tokens_per_second_per_user",
                speed.tokensPerSecond(),
                "when",
                speed.when());
    }

    private static Map<String, Object> fields(Parameter parameter) {
        return fields(
                "number",
                parameter.quantity().path(),
                "value",
                parameter.text(),
                "status",
                parameter.status().name().toLowerCase(Locale.ROOT),
                "note",
                parameter.note());
    }

    /** Names and values in turn. */
    private static Map<String, Object> fields(@Nullable Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return fields;
    }

    private Map<String, Object> fields(RowsPoint step) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("rows", step.rows());
        fields.put("predicted_cycles", step.predictedCycles());
        fields.put("simulated_cycles", step.simulatedCycles());
        fields.put("conflicts", step.conflicts() < 0 ? null : step.conflicts());
        fields.put("cycles", step.cycles());
        fields.put("microseconds", plan.micros(step.cycles()));
        fields.put("bound_cycles", step.boundCycles());
        fields.put("share_of_bound", (double) step.boundCycles() / step.cycles());
        fields.put("tokens_per_step", step.tokens(outcome.acceptance()));
        fields.put("tokens_per_second_per_user", outcome.tokensPerSecond(step));
        return fields;
    }

    private Map<String, Object> fields(ContextPoint point) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("context", point.context());
        fields.put("cycles_per_token", point.cycles());
        fields.put("microseconds_per_token", plan.micros(point.cycles()));
        fields.put("tokens_per_second_per_user", plan.perSecond(point.cycles()));
        fields.put("bound_cycles", point.boundCycles());
        return fields;
    }
}
