package dev.lockstep.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.lockstep.engine.service.CompletionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The events of an answer in the terms of LangChain4j: a call is complete before the next one begins. */
final class StreamEvents {
    private final String model;
    private final long id;

    /** The call that is being written, and what of its arguments was told and not yet told. */
    private Optional<CompletionEvent.ToolCallStarted> call = Optional.empty();

    private final StringBuilder told = new StringBuilder();
    private final StringBuilder untold = new StringBuilder();

    StreamEvents(String model, long id) {
        this.model = model;
        this.id = id;
    }

    /** What there is to tell of an event that is no failure. */
    List<ChatModelStreamingEvent> of(CompletionEvent event) {
        List<ChatModelStreamingEvent> events = new ArrayList<>();
        switch (event) {
            case CompletionEvent.Text(int _, String text) -> events.add(new PartialResponse(text));
            case CompletionEvent.Reasoning(int _, String text) -> events.add(new PartialThinking(text));
            case CompletionEvent.ToolCallStarted started -> {
                endCall(events);
                call = Optional.of(started);
            }
            case CompletionEvent.ToolCallArguments(int _, int _, String json) -> {
                untold.append(json);
                if (says(untold)) {
                    tell(events);
                }
            }
            case CompletionEvent.Completed completed -> {
                endCall(events);
                events.add(new CompleteResponse(Replies.of(model, id, completed.result())));
            }
            case CompletionEvent.Started _,
                    CompletionEvent.Prefill _,
                    CompletionEvent.Token _,
                    CompletionEvent.ChoiceFinished _,
                    CompletionEvent.Failed _ -> {}
        }
        return events;
    }

    /** LangChain4j's parts are never blank, and arguments that are empty come as one. */
    private static boolean says(StringBuilder json) {
        String text = json.toString().strip();
        return !text.isEmpty() && !text.equals("{");
    }

    private void tell(List<ChatModelStreamingEvent> events) {
        CompletionEvent.ToolCallStarted started = call.orElseThrow();
        events.add(PartialToolCall.builder()
                .index(started.call())
                .id(started.id())
                .name(started.name())
                .partialArguments(untold.toString())
                .build());
        told.append(untold);
        untold.setLength(0);
    }

    private void endCall(List<ChatModelStreamingEvent> events) {
        if (call.isEmpty()) {
            return;
        }
        if (!untold.toString().isBlank()) {
            tell(events);
        }
        told.append(untold);
        events.add(new CompleteToolCall(
                call.get().call(),
                ToolExecutionRequest.builder()
                        .id(call.get().id())
                        .name(call.get().name())
                        .arguments(told.toString())
                        .build()));
        call = Optional.empty();
        told.setLength(0);
        untold.setLength(0);
    }
}
