package dev.lockstep.server.openai;

import dev.lockstep.engine.Prompt;
import dev.lockstep.engine.service.EmbeddingRequest;
import dev.lockstep.engine.service.Embeddings;
import dev.lockstep.engine.service.Pooling;
import dev.lockstep.engine.service.Priority;
import dev.lockstep.server.http.Endpoint;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** {@code POST /v1/embeddings} */
final class EmbeddingsEndpoint implements Endpoint {
    private static final Map<String, String> FIELDS = Map.of("inputs", "input");

    private final Answers answers;

    EmbeddingsEndpoint(Answers answers) {
        this.answers = answers;
    }

    record Reply(String object, List<Item> data, String model, EmbeddingUsage usage) {}

    /** @param embedding a list of numbers, or their bytes in base64 */
    record Item(String object, int index, Object embedding) {}

    record EmbeddingUsage(int promptTokens, int totalTokens) {}

    @Override
    public void handle(Exchange exchange) {
        JsonFields fields = exchange.json();
        fields.string("model").ifPresent(answers.model()::check);
        if (fields.has("dimensions")) {
            throw fields.unsupported("dimensions", "is not supported: vectors are as long as the model makes them");
        }
        String format = fields.string("encoding_format").orElse("float");
        if (!format.equals("float") && !format.equals("base64")) {
            throw fields.invalid("encoding_format", "is " + format + ", must be float or base64");
        }
        List<Prompt> inputs = PromptReader.read(fields, "input");
        var request = new EmbeddingRequest(inputs, pooling(fields), fields.flag("normalize", true), Priority.NORMAL);
        Embeddings embeddings = EngineErrors.renamed(FIELDS, () -> answers.embed(request, exchange));
        List<Item> items = new ArrayList<>();
        for (float[] vector : embeddings.vectors()) {
            items.add(new Item("embedding", items.size(), format.equals("float") ? vector : base64(vector)));
        }
        int tokens = embeddings.promptTokens();
        exchange.sendJson(200, new Reply("list", items, answers.model().id(), new EmbeddingUsage(tokens, tokens)));
    }

    private static Pooling pooling(JsonFields fields) {
        String name = fields.string("pooling").orElse("model");
        return switch (name) {
            case "model" -> Pooling.MODEL;
            case "mean" -> Pooling.MEAN;
            case "last" -> Pooling.LAST;
            case "cls" -> Pooling.CLS;
            default -> throw fields.invalid("pooling", "is " + name + ", must be model, mean, last or cls");
        };
    }

    /** Float32, little endian, as OpenAI's clients unpack it. */
    private static String base64(float[] vector) {
        var bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
