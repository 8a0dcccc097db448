package dev.lockstep.compiler.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.compiler.trace.ChromeTrace;
import dev.lockstep.lpu.machine.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What viewers demand of a trace. */
class ChromeTraceTest {
    private static final int LARGEST = 50_000_000;

    private static String text;
    private static List<JsonNode> events;

    private record Thread(int process, int thread) {
        static Thread of(JsonNode event) {
            return new Thread(event.get("pid").asInt(), event.get("tid").asInt());
        }
    }

    private record Slice(double start, double end) {}

    @BeforeAll
    static void write() throws IOException {
        StringBuilder out = new StringBuilder();
        Outcome outcome = SmallOutcome.outcome();
        ChromeTrace.write(
                outcome.schedule(), Machine.lpuV1(), outcome.plan().partition().tensor(), out);
        text = out.toString();
        events = StreamSupport.stream(
                        JsonMapper.shared().readTree(text).get("traceEvents").spliterator(), false)
                .toList();
    }

    @Test
    void shouldStaySmall() {
        assertThat(text.length()).isLessThan(LARGEST);
        assertThat(events).hasSizeGreaterThan(1000);
    }

    @Test
    void shouldNameEveryThreadOnce() {
        Map<Thread, String> names = new HashMap<>();
        events.stream()
                .filter(event -> event.get("ph").asString().equals("M"))
                .filter(event -> event.get("name").asString().equals("thread_name"))
                .forEach(event -> assertThat(names.put(
                                Thread.of(event), event.get("args").get("name").asString()))
                        .isNull());

        assertThat(slices().keySet()).isSubsetOf(names.keySet());
    }

    /** Slices of a thread either contain one another or do not meet. */
    @Test
    void shouldNestSlices() {
        slices().forEach((thread, slices) -> {
            List<Slice> open = new ArrayList<>();
            slices.sort(Comparator.comparingDouble(Slice::start).thenComparing(Slice::end, Comparator.reverseOrder()));
            for (Slice slice : slices) {
                open.removeIf(outer -> outer.end() <= slice.start());
                assertThat(open).as("%s: %s", thread, slice).allMatch(outer -> slice.end() <= outer.end());
                open.add(slice);
            }
        });
    }

    /** An arrow begins and ends where a slice begins, and nothing is received before it is sent. */
    @Test
    void shouldDrawArrowsFromSendsToReceives() {
        Map<Integer, JsonNode> sent = new HashMap<>();
        events.stream()
                .filter(event -> event.get("ph").asString().equals("s"))
                .forEach(event -> sent.put(event.get("id").asInt(), event));
        List<JsonNode> received = events.stream()
                .filter(event -> event.get("ph").asString().equals("f"))
                .toList();
        var slices = slices();

        assertThat(sent).isNotEmpty().hasSameSizeAs(received);
        for (JsonNode end : received) {
            JsonNode start = sent.get(end.get("id").asInt());
            assertThat(end.get("ts").asDouble() - start.get("ts").asDouble()).isGreaterThan(0.2);
            for (JsonNode event : List.of(start, end)) {
                assertThat(slices.get(Thread.of(event))).anyMatch(slice -> slice.start() == nano(event.get("ts")));
            }
        }
    }

    private static Map<Thread, List<Slice>> slices() {
        Map<Thread, List<Slice>> slices = new HashMap<>();
        events.stream()
                .filter(event -> event.get("ph").asString().equals("X"))
                .forEach(event -> slices.computeIfAbsent(Thread.of(event), unused -> new ArrayList<>())
                        .add(new Slice(nano(event.get("ts")), nano(event.get("ts")) + nano(event.get("dur")))));
        return slices;
    }

    /** Whole nanoseconds. */
    private static double nano(JsonNode time) {
        return Math.rint(1000 * time.asDouble());
    }
}
