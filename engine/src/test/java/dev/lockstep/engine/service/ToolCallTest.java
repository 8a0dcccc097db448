package dev.lockstep.engine.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.engine.FakeMachine;
import dev.lockstep.engine.FakeModel;
import dev.lockstep.engine.FinishReason;
import dev.lockstep.engine.TinyTokenizer;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.text.json.Json;
import dev.lockstep.text.template.Message;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ToolCallTest {
    private static final String TEMPLATE =
            "{% for m in messages %}{{ m.role }}: {{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.arguments.a }}"
                    + "{% endfor %};{% endfor %}{{ tools | tojson if tools }}";

    private static final Tool WEATHER = new Tool(
            "weather",
            "Says how the weather is.",
            "{\"type\":\"object\",\"properties\":{\"city\":{\"enum\":[\"Bonn\",\"Rom\"]},\"days\":{\"type\":\"integer\",\"minimum\":1,"
                    + "\"maximum\":9}},\"required\":[\"city\",\"days\"]}");

    private static final Tool TIME =
            new Tool("time", "Says how late it is.", "{\"type\":\"object\",\"properties\":{}}");

    private final EventRecorder events = new EventRecorder();

    @Test
    void shouldStreamTheCallsThatTheModelMakes() {
        String answer =
                "I look.\n<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bonn\", \"days\": 2}}\n</tool_call>";
        try (var service = saying(answer)) {
            CompletionResult result = submit(service, conversation(ToolChoice.AUTO), 0);
            CompletionResult.Choice choice = result.choices().getFirst();
            assertThat(choice.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(choice.text()).isEqualTo("I look.");
            assertThat(choice.toolCalls()).singleElement().satisfies(call -> {
                assertThat(call.name()).isEqualTo("weather");
                assertThat(call.arguments()).isEqualTo("{\"city\": \"Bonn\", \"days\": 2}");
                assertThat(call.id()).hasSize(9);
                assertThat(events.all).contains(new CompletionEvent.ToolCallStarted(0, 0, call.id(), "weather"));
            });
            assertThat(events.all.stream().filter(CompletionEvent.ToolCallArguments.class::isInstance))
                    .hasSizeGreaterThan(10);
        }
    }

    /** The machine would go on with rubbish; the grammar of the named tool does not let it. */
    @Test
    void shouldKeepACallInFormOnceItIsNamed() {
        try (var service = saying("<tool_call>{\"name\": \"weather\",")) {
            CompletionResult.Choice choice =
                    submit(service, conversation(ToolChoice.AUTO), 0).choices().getFirst();
            assertThat(choice.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertFits(choice.toolCalls().getFirst());
        }
    }

    @Test
    void shouldCallWhatItMustCall() {
        try (var service = noise()) {
            for (long seed = 1; seed <= 5; seed++) {
                CompletionResult.Choice named = submit(service, conversation(ToolChoice.named("weather")), seed)
                        .choices()
                        .getFirst();
                assertThat(named.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
                assertThat(named.text()).isEmpty();
                assertThat(named.toolCalls()).hasSize(1);
                assertFits(named.toolCalls().getFirst());
                CompletionResult.Choice any = submit(service, conversation(ToolChoice.REQUIRED), seed)
                        .choices()
                        .getFirst();
                assertThat(any.toolCalls()).isNotEmpty();
                assertThat(any.toolCalls())
                        .allSatisfy(call -> assertThat(call.name()).isIn("weather", "time"));
            }
        }
    }

    /** Also where an object without a mark may be either: in the way of Llama. */
    @Test
    void shouldCallOrKeepToTheConstraint() {
        var constraint = new Constraint.JsonSchema(
                "{\"type\":\"object\",\"properties\":{\"name\":{\"enum\":[\"weatherman\",\"Bonn\"]}},\"required\":[\"name\"]}");
        for (String template : List.of(TEMPLATE, TEMPLATE + "{# <|python_tag|> #}", TEMPLATE + "{# [TOOL_CALLS] #}")) {
            int calls = 0;
            int objects = 0;
            try (var service = open(FakeMachine.hashing(2000, 32), template)) {
                for (long seed = 1; seed <= 20; seed++) {
                    Conversation conversation = Conversation.of("How is it? " + seed)
                            .withTools(List.of(WEATHER, TIME), ToolChoice.AUTO, false);
                    CompletionRequest request = request(conversation, seed)
                            .constraint(constraint)
                            .receipt(true)
                            .build();
                    CompletionResult result = service.complete(request, events);
                    CompletionResult.Choice choice = result.choices().getFirst();
                    if (choice.toolCalls().isEmpty()) {
                        assertThat(choice.finishReason()).isEqualTo(FinishReason.STOP);
                        assertThat(choice.text().replaceAll("\\s", ""))
                                .isIn("{\"name\":\"weatherman\"}", "{\"name\":\"Bonn\"}");
                        objects++;
                    } else {
                        assertThat(choice.finishReason()).isEqualTo(FinishReason.TOOL_CALLS);
                        assertThat(choice.text()).isEmpty();
                        assertThat(choice.toolCalls())
                                .allSatisfy(call -> assertThat(call.name()).isIn("weather", "time"));
                        calls++;
                    }
                    assertThat(service.replay(
                                    Receipt.parse(result.receipt().orElseThrow().toJson())))
                            .isEmpty();
                }
            }
            assertThat(List.of(calls, objects)).as(template).allMatch(count -> count > 0);
        }
    }

    @Test
    void shouldCallWhatItMustCallWhateverTheConstraint() {
        try (var service = noise()) {
            CompletionRequest request = request(conversation(ToolChoice.REQUIRED), 1)
                    .constraint(new Constraint.Regex("no"))
                    .build();
            assertThat(service.complete(request, events).choices().getFirst().toolCalls())
                    .isNotEmpty();
        }
    }

    /** Also where the call is only kept in form from the moment on at which the model has named it. */
    @Test
    void shouldGiveReceiptsThatBringTheSameCallsAgain() {
        try (var noise = noise();
                var saying = saying("<tool_call>{\"name\": \"weather\",")) {
            for (ToolChoice choice : List.of(ToolChoice.AUTO, ToolChoice.REQUIRED, ToolChoice.named("weather"))) {
                assertThat(replayed(noise, choice, 1)).as("%s", choice).isEmpty();
            }
            assertThat(replayed(saying, ToolChoice.AUTO, 0)).isEmpty();
            Receipt honest = receipt(noise, ToolChoice.REQUIRED, 1);
            var changed = new Receipt(
                    honest.model(),
                    honest.weights(),
                    honest.program(),
                    honest.template(),
                    honest.prompt(),
                    honest.parameters().replace("Bonn", "Bern"),
                    honest.outputs(),
                    "");
            assertThat(honest.parameters()).contains("Bonn");
            assertThat(noise.replay(changed))
                    .hasValue("the receipt was changed: its digest is not that of its content");
        }
        Receipt receipt;
        try (var noise = noise()) {
            receipt = receipt(noise, ToolChoice.REQUIRED, 1);
        }
        try (var other = InferenceService.open(
                new FakeModel().openWithTemplate(FakeMachine.hashing(2000, 32), "[TOOL_CALLS]"),
                ServiceOptions.DEFAULT)) {
            assertThat(other.replay(receipt)).get().asString().startsWith("the chat template differs");
        }
    }

    private Optional<String> replayed(InferenceService service, ToolChoice choice, long seed) {
        return service.replay(Receipt.parse(receipt(service, choice, seed).toJson()));
    }

    private Receipt receipt(InferenceService service, ToolChoice choice, long seed) {
        CompletionResult result = service.complete(
                request(conversation(choice), seed).receipt(true).build(), _ -> {});
        assertThat(result.choices().getFirst().tokens()).isNotEmpty();
        return result.receipt().orElseThrow();
    }

    @Test
    void shouldPutToolsAndCallsIntoThePrompt() {
        try (var service = noise()) {
            var call = Map.of("id", "x", "type", "function", "function", Map.of("name", "f", "arguments", "{\"a\":7}"));
            var conversation = Conversation.of(List.of(
                            Message.of("user", "Hi"),
                            new Message("assistant", "", Map.of("tool_calls", List.of(call)))))
                    .withTools(List.of(TIME), ToolChoice.AUTO, true);
            assertThat(service.render(conversation))
                    .isEqualTo(
                            "user: Hi;assistant: 7;[{\"type\": \"function\", \"function\": {\"name\": \"time\", \"description\":"
                                    + " \"Says how late it is.\", \"parameters\": {\"type\": \"object\", \"properties\": {}}}}]");
            assertThat(service.render(conversation.withTools(List.of(TIME), ToolChoice.NONE, true)))
                    .isEqualTo("user: Hi;assistant: 7;");
        }
    }

    @Test
    void shouldExplainToolsToTemplatesThatKnowNone() {
        try (var service = InferenceService.open(
                new FakeModel().openWithTemplate(FakeMachine.hashing(100, 8), "{{ messages[0].content }}"),
                ServiceOptions.DEFAULT)) {
            assertThat(service.render(conversation(ToolChoice.AUTO)))
                    .contains("\"name\":\"weather\"", "<tool_call>", "\"arguments\"");
        }
    }

    @Test
    void shouldRefuseToolsThatCannotBe() {
        try (var service = noise()) {
            refused(service, conversation(ToolChoice.named("none")), "there is no tool \"none\" to call");
            refused(
                    service,
                    Conversation.of("x").withTools(List.of(), ToolChoice.REQUIRED, true),
                    "there are no tools");
            refused(
                    service,
                    Conversation.of("x").withTools(List.of(new Tool("f", "", "[")), ToolChoice.AUTO, true),
                    "no JSON");
            refused(
                    service,
                    Conversation.of("x").withTools(List.of(TIME, TIME), ToolChoice.AUTO, true),
                    "two tools have the name \"time\"");
        }
    }

    private void refused(InferenceService service, Conversation conversation, String sentence) {
        assertThatThrownBy(() -> submit(service, conversation, 0))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(sentence);
    }

    private static void assertFits(CompletionResult.ToolCall call) {
        var arguments = (Json.Obj) Json.parse(call.arguments());
        assertThat(arguments.get("city").orElseThrow().toJava()).isIn("Bonn", "Rom");
        assertThat((Long) arguments.get("days").orElseThrow().toJava()).isBetween(1L, 9L);
    }

    private CompletionResult submit(InferenceService service, Conversation conversation, long seed) {
        return service.submit(request(conversation, seed).build(), events)
                .result()
                .join();
    }

    private static CompletionRequest.Builder request(Conversation conversation, long seed) {
        return CompletionRequest.of(conversation)
                .sampling(SamplingParameters.DEFAULT
                        .withTemperature(seed == 0 ? 0 : 1)
                        .withSeed(seed))
                .maxTokens(900);
    }

    private static Conversation conversation(ToolChoice choice) {
        return Conversation.of("How is it?").withTools(List.of(WEATHER, TIME), choice, true);
    }

    private static InferenceService noise() {
        return open(FakeMachine.hashing(2000, 32));
    }

    private static InferenceService saying(String answer) {
        int prompt;
        try (var service = noise()) {
            prompt = service.encode(conversation(ToolChoice.AUTO)).length;
        }
        return open(FakeMachine.saying(prompt, 2000, TinyTokenizer.tokens(answer)));
    }

    private static InferenceService open(FakeMachine machine) {
        return open(machine, TEMPLATE);
    }

    private static InferenceService open(FakeMachine machine, String template) {
        return InferenceService.open(new FakeModel().openWithTemplate(machine, template), ServiceOptions.DEFAULT);
    }
}
