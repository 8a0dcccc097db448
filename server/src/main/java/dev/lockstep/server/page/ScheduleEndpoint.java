package dev.lockstep.server.page;

import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.graph.machine.Machine;
import dev.lockstep.host.HostMachine;
import dev.lockstep.host.StepTrace;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.Endpoint;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.ServedModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code GET /lockstep/schedule}: what every core did in the step that ran last. Steps are traced from the first time somebody asks. */
final class ScheduleEndpoint implements Endpoint {
    private static final long PATIENCE_SECONDS = 10;

    private final Answers answers;

    ScheduleEndpoint(Answers answers) {
        this.answers = answers;
    }

    /** @param note why there is no step */
    record Schedule(
            String machine,
            int cores,
            int running,
            int waiting,
            @Nullable ShownStep step,
            @Nullable String note) {}

    /**
     * A step.
     *
     * @param nanos from its beginning to its end
     * @param labels what phases do
     * @param phases for each phase the number of its label
     * @param cores for each core and phase, when its work began and ended, in nanoseconds since the step began
     */
    record ShownStep(int tokens, long nanos, List<String> labels, List<Integer> phases, List<long[][]> cores) {}

    @Override
    public void handle(Exchange exchange) {
        InferenceService service = answers.service();
        var status = service.status();
        Optional<StepTrace> trace = lastStep(service);
        String machine = service.model().machine().name();
        exchange.sendJson(
                200,
                new Schedule(
                        machine,
                        trace.map(step -> step.cores().size()).orElse(0),
                        status.running(),
                        status.waiting(),
                        trace.map(ScheduleEndpoint::shown).orElse(null),
                        trace.isPresent() ? null : note(machine)));
    }

    private static String note(String machine) {
        return machine.equals("host")
                ? "Nothing has been computed yet; ask something."
                : "The " + machine
                        + " machine does one thing after the other on one core; there is no schedule to see.";
    }

    private static Optional<StepTrace> lastStep(InferenceService service) {
        try {
            return service.inspect(ScheduleEndpoint::read).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException busy) {
            return Optional.empty();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
            throw new ApiException(ServedModel.shuttingDown(), closed);
        }
    }

    private static Optional<StepTrace> read(Machine machine) {
        if (machine instanceof HostMachine host) {
            host.traceSteps(true);
            return host.lastStep();
        }
        return Optional.empty();
    }

    private static ShownStep shown(StepTrace trace) {
        Map<String, Integer> labels = new LinkedHashMap<>();
        List<Integer> phases = new ArrayList<>();
        for (String label : trace.phases()) {
            phases.add(labels.computeIfAbsent(label, _ -> labels.size()));
        }
        List<long[][]> cores = new ArrayList<>();
        for (StepTrace.CoreTrace core : trace.cores()) {
            long[][] spans = new long[trace.phases().size()][];
            for (int phase = 0; phase < spans.length; phase++) {
                spans[phase] = new long[] {core.began(phase), core.ended(phase)};
            }
            cores.add(spans);
        }
        return new ShownStep(trace.tokens(), trace.nanoseconds(), List.copyOf(labels.keySet()), phases, cores);
    }
}
