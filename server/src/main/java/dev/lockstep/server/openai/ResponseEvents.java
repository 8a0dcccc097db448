package dev.lockstep.server.openai;

import dev.lockstep.engine.service.CompletionEvent;
import dev.lockstep.engine.service.CompletionResult;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.ResponseStream;
import dev.lockstep.server.serving.Streaming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Sends a response as it comes: every item is added, filled and done, one after the other. */
final class ResponseEvents implements Streaming.Reader {
    private final ResponseObject response;
    private final ResponseStream output;
    private final List<ResponseItem> items = new ArrayList<>();
    private @Nullable OpenItem open;
    private int sequence;

    /** The item that grows. */
    private static final class OpenItem {
        private final ResponseItem item;
        private final StringBuilder text = new StringBuilder();

        OpenItem(ResponseItem item) {
            this.item = item;
        }
    }

    ResponseEvents(ResponseObject response, ResponseStream output) {
        this.response = response;
        this.output = output;
        send("response.created", fields -> put(fields, "response", response));
        send("response.in_progress", fields -> put(fields, "response", response));
    }

    @Override
    public void accept(CompletionEvent event) {
        switch (event) {
            case CompletionEvent.Text text -> {
                grow("message", text.text());
                delta("response.output_text.delta", text.text(), true);
            }
            case CompletionEvent.Reasoning reasoning -> {
                grow("reasoning", reasoning.text());
                delta("response.reasoning_text.delta", reasoning.text(), true);
            }
            case CompletionEvent.ToolCallStarted call -> {
                close();
                add(ResponseItem.call(Words.id("fc_"), ResponseItem.IN_PROGRESS, call.id(), call.name(), ""));
            }
            case CompletionEvent.ToolCallArguments arguments -> {
                if (open != null) {
                    open.text.append(arguments.json());
                }
                delta("response.function_call_arguments.delta", arguments.json(), false);
            }
            case CompletionEvent.Started _,
                    CompletionEvent.Prefill _,
                    CompletionEvent.Token _,
                    CompletionEvent.ChoiceFinished _,
                    CompletionEvent.Completed _,
                    CompletionEvent.Failed _ -> {}
        }
    }

    @Override
    public void end(CompletionResult result) {
        if (items.isEmpty() && open == null) {
            grow("message", "");
        }
        close();
        ResponseObject ended = response.ended(result, items);
        send("response." + ended.status(), fields -> put(fields, "response", ended));
    }

    @Override
    public void fail(ApiException failure) {
        ResponseObject failed =
                response.failed(failure.error().code(), failure.error().message());
        send("response.failed", fields -> put(fields, "response", failed));
    }

    @Override
    public void keepAlive() {
        output.comment();
    }

    /** Text goes on in the open item, if it is of this type. */
    private void grow(String type, String text) {
        if (open == null || !open.item.type().equals(type)) {
            close();
            boolean message = type.equals("message");
            add(
                    message
                            ? ResponseItem.message(Words.id("msg_"), ResponseItem.IN_PROGRESS, List.of())
                            : ResponseItem.reasoning(Words.id("rs_"), ResponseItem.IN_PROGRESS, List.of()));
            place("response.content_part.added", fields -> put(fields, "part", part(type, "")));
        }
        if (open != null) {
            open.text.append(text);
        }
    }

    private void add(ResponseItem item) {
        open = new OpenItem(item);
        send("response.output_item.added", fields -> put(put(fields, "output_index", items.size()), "item", item));
    }

    private void delta(String event, String delta, boolean inContent) {
        UnaryOperator<Map<String, Object>> more = fields -> put(fields, "delta", delta);
        if (inContent) {
            place(event, more);
        } else {
            item(event, more);
        }
    }

    private void close() {
        OpenItem closing = open;
        if (closing == null) {
            return;
        }
        String text = closing.text.toString();
        ResponseItem done;
        if (closing.item.type().equals("function_call")) {
            item("response.function_call_arguments.done", fields -> put(fields, "arguments", text));
            done = ResponseItem.call(
                    closing.item.id(),
                    ResponseItem.COMPLETED,
                    String.valueOf(closing.item.callId()),
                    String.valueOf(closing.item.name()),
                    text);
        } else {
            boolean message = closing.item.type().equals("message");
            ResponseItem.Part part = part(closing.item.type(), text);
            place(
                    message ? "response.output_text.done" : "response.reasoning_text.done",
                    fields -> put(fields, "text", text));
            place("response.content_part.done", fields -> put(fields, "part", part));
            done = message
                    ? ResponseItem.message(closing.item.id(), ResponseItem.COMPLETED, List.of(part))
                    : ResponseItem.reasoning(closing.item.id(), ResponseItem.COMPLETED, List.of(part));
        }
        send("response.output_item.done", fields -> put(put(fields, "output_index", items.size()), "item", done));
        items.add(done);
        open = null;
    }

    private static ResponseItem.Part part(String itemType, String text) {
        return itemType.equals("message") ? ResponseItem.Part.output(text) : ResponseItem.Part.reasoning(text);
    }

    /** An event about the open item. */
    private void item(String type, UnaryOperator<Map<String, Object>> more) {
        OpenItem current = open;
        if (current != null) {
            send(
                    type,
                    fields -> more.apply(put(put(fields, "item_id", current.item.id()), "output_index", items.size())));
        }
    }

    /** An event about the content of the open item. */
    private void place(String type, UnaryOperator<Map<String, Object>> more) {
        item(type, fields -> more.apply(put(fields, "content_index", 0)));
    }

    private void send(String type, UnaryOperator<Map<String, Object>> more) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", type);
        fields.put("sequence_number", sequence++);
        output.event(type, more.apply(fields));
    }

    private static Map<String, Object> put(Map<String, Object> fields, String name, Object value) {
        fields.put(name, value);
        return fields;
    }
}
