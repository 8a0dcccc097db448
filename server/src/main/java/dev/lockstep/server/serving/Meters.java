package dev.lockstep.server.serving;

import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceStatus;
import dev.lockstep.server.http.RequestEntry;
import dev.lockstep.server.metrics.Counter;
import dev.lockstep.server.metrics.EnergyMeter;
import dev.lockstep.server.metrics.Histogram;
import dev.lockstep.server.metrics.Metrics;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/**
 * What a server measures. Times and tokens of requests have the names of OpenTelemetry's semantic conventions for generative AI, written as
 * Prometheus writes them; the rest begins with {@code lockstep_}.
 */
public final class Meters {
    /** Bounds of the conventions for {@code gen_ai.server.time_to_first_token}. */
    private static final double[] FIRST_TOKEN = {
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 30.0, 60.0
    };
    /** Bounds of the conventions for {@code gen_ai.server.time_per_output_token}, and below: some models are small. */
    private static final double[] PER_TOKEN = {
        0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5
    };
    /** Bounds of the conventions for {@code gen_ai.server.request.duration}. */
    private static final double[] DURATION = {
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84
    };
    /** Bounds of the conventions for {@code gen_ai.client.token.usage}. */
    private static final double[] TOKENS = {1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576};

    static final String CONTENT_TYPE = Metrics.CONTENT_TYPE;

    private static final String MODEL = "gen_ai_request_model";

    private final String model;
    private final Metrics metrics = new Metrics();
    private final Metrics.Labelled<Counter> requests;
    private final Metrics.Labelled<Histogram> durations;
    private final Histogram queue;
    private final Histogram firstToken;
    private final Histogram perToken;
    private final Histogram inputTokens;
    private final Histogram outputTokens;

    public Meters(ServedModel served, String version) {
        this.model = served.id();
        metrics.info("lockstep_build_info", "Version of the server.", Map.of("version", version));
        requests = metrics.counters(
                "lockstep_http_requests_total", "HTTP requests by endpoint and status.", "endpoint", "status");
        durations = metrics.histograms(
                "gen_ai_server_request_duration_seconds",
                "From the arrival of a request to the end of its answer.",
                DURATION,
                MODEL,
                "endpoint");
        firstToken = metrics.histograms(
                        "gen_ai_server_time_to_first_token_seconds",
                        "From the submission of a request to its first token.",
                        FIRST_TOKEN,
                        MODEL)
                .with(model);
        perToken = metrics.histograms(
                        "gen_ai_server_time_per_output_token_seconds",
                        "Mean time between the tokens of an answer after the first.",
                        PER_TOKEN,
                        MODEL)
                .with(model);
        Metrics.Labelled<Histogram> usage = metrics.histograms(
                "gen_ai_client_token_usage", "Tokens of a request.", TOKENS, MODEL, "gen_ai_token_type");
        inputTokens = usage.with(model, "input");
        outputTokens = usage.with(model, "output");
        queue = metrics.histograms(
                        "lockstep_queue_time_seconds", "Time that requests waited for their turn.", FIRST_TOKEN, MODEL)
                .with(model);
        gauges(served);
        counters(served);
        var energy = EnergyMeter.ofSystem();
        if (energy.available()) {
            metrics.counter(
                    "lockstep_energy_joules_total",
                    "Energy that the processor packages have used since the start, by whatever runs on them.",
                    energy::joules);
        }
    }

    private void gauges(ServedModel served) {
        metrics.gauge(
                "lockstep_model_ready",
                "Whether requests are answered.",
                () -> served.stateName().equals("ok") ? 1 : 0);
        gauge(served, "lockstep_requests_running", "Requests that are being computed.", ServiceStatus::running);
        gauge(served, "lockstep_requests_waiting", "Requests that wait for their turn.", ServiceStatus::waiting);
        gauge(served, "lockstep_kv_bytes", "KV cache of running requests.", ServiceStatus::kvBytes);
        gauge(
                served,
                "lockstep_prefix_cache_bytes",
                "KV cache that is kept for prompts to come.",
                ServiceStatus::prefixCacheBytes);
        gauge(
                served,
                "lockstep_spilled_bytes",
                "KV cache that is kept in a file for prompts to come.",
                ServiceStatus::spilledBytes);
        gauge(served, "lockstep_kv_limit_bytes", "Most bytes in memory.", ServiceStatus::kvBytesLimit);
    }

    private void counters(ServedModel served) {
        counter(served, "lockstep_steps_total", "Steps of the machine.", ServiceStatus::steps);
        counter(
                served,
                "lockstep_step_seconds_total",
                "Time that the machine was busy.",
                status -> status.stepNanos() / 1e9);
        Map<String, ToDoubleFunction<ServiceStatus>> tokens = new LinkedHashMap<>();
        tokens.put("prefilled", ServiceStatus::prefilledTokens);
        tokens.put("decoded", ServiceStatus::decodedTokens);
        tokens.put("cached", ServiceStatus::cachedTokens);
        tokens.put("drafted", ServiceStatus::draftedTokens);
        tokens.put("accepted", ServiceStatus::acceptedTokens);
        counters(
                served,
                "lockstep_tokens_total",
                "Tokens: of prompts computed and found in the cache, generated, guessed ahead, and guessed right.",
                "kind",
                tokens);
        Map<String, ToDoubleFunction<ServiceStatus>> ends = new LinkedHashMap<>();
        ends.put("completed", ServiceStatus::completed);
        ends.put("cancelled", ServiceStatus::cancelled);
        ends.put("failed", ServiceStatus::failed);
        ends.put("refused", ServiceStatus::refused);
        counters(served, "lockstep_answers_total", "How requests to the model ended.", "end", ends);
    }

    /** Counts a request when it is over. */
    public void count(RequestEntry entry) {
        requests.with(entry.route(), String.valueOf(entry.status())).add(1);
        durations.with(model, entry.route()).record(entry.duration().toNanos() / 1e9);
    }

    /** Counts an answer when it is complete. */
    void count(CompletionResult result) {
        var timings = result.timings();
        int tokens = result.usage().completionTokens();
        queue.record(timings.queueNanos() / 1e9);
        inputTokens.record(result.usage().promptTokens());
        outputTokens.record(tokens);
        if (tokens > 0) {
            firstToken.record(timings.firstTokenNanos() / 1e9);
        }
        if (tokens > 1) {
            perToken.record((timings.totalNanos() - timings.firstTokenNanos()) / 1e9 / (tokens - 1));
        }
    }

    public String exposition() {
        return metrics.exposition();
    }

    private void gauge(ServedModel served, String name, String help, ToDoubleFunction<ServiceStatus> value) {
        metrics.gauge(name, help, () -> read(served, value));
    }

    private void counter(ServedModel served, String name, String help, ToDoubleFunction<ServiceStatus> value) {
        metrics.counter(name, help, () -> read(served, value));
    }

    private void counters(
            ServedModel served,
            String name,
            String help,
            String label,
            Map<String, ToDoubleFunction<ServiceStatus>> values) {
        Map<String, DoubleSupplier> suppliers = new LinkedHashMap<>();
        values.forEach((key, value) -> suppliers.put(key, () -> read(served, value)));
        metrics.counter(name, help, label, suppliers);
    }

    private static double read(ServedModel served, ToDoubleFunction<ServiceStatus> value) {
        return served.current()
                .map(InferenceService::status)
                .map(value::applyAsDouble)
                .orElse(0.0);
    }
}
