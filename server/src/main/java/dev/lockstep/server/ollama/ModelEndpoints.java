package dev.lockstep.server.ollama;

import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.formats.FileType;
import dev.lockstep.formats.Metadata;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.ServedModel;
import dev.lockstep.text.template.ChatTemplate;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Ollama's API tells about models: there is one here. */
final class ModelEndpoints {
    /** A comment by which clients see that a model fills gaps: they look for the variable of Ollama's templates. */
    private static final String FILLS = "{# .Suffix #}";

    private static final long FAR_FUTURE_SECONDS = 100L * 365 * 24 * 3600;

    private final Answers answers;
    private final String version;

    ModelEndpoints(Answers answers, String version) {
        this.answers = answers;
        this.version = version;
    }

    record Details(
            String parentModel,
            String format,
            String family,
            List<String> families,
            String parameterSize,
            String quantizationLevel) {}

    /** @param digest of the name: clients tell models apart by it */
    record Entry(
            String name,
            String model,
            String modifiedAt,
            long size,
            String digest,
            Details details,
            @Nullable String expiresAt,
            @Nullable Long sizeVram,
            @Nullable Integer contextLength) {}

    record Shown(
            String modelfile,
            String parameters,
            String template,
            Details details,
            Map<String, Object> modelInfo,
            List<String> capabilities,
            String modifiedAt) {}

    void version(Exchange exchange) {
        exchange.sendJson(200, Map.of("version", version));
    }

    /** The models that could be loaded. */
    void tags(Exchange exchange) {
        exchange.sendJson(200, Map.of("models", List.of(entry(false))));
    }

    /** The models that are loaded. */
    void running(Exchange exchange) {
        exchange.sendJson(
                200, Map.of("models", answers.model().current().isPresent() ? List.of(entry(true)) : List.of()));
    }

    void show(Exchange exchange) {
        JsonFields fields = exchange.json();
        answers.model()
                .check(fields.string("model")
                        .or(() -> fields.string("name"))
                        .orElseThrow(() -> fields.missing("model")));
        Lockstep model = answers.service().model();
        Metadata metadata = model.metadata();
        String architecture = metadata.string("general.architecture").orElse("");
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("general.architecture", architecture);
        info.put(architecture + ".context_length", model.machine().contextLength());
        metadata.integer("general.parameter_count").ifPresent(count -> info.put("general.parameter_count", count));
        exchange.sendJson(
                200,
                new Shown(
                        "",
                        "",
                        metadata.string(ChatTemplate.METADATA_KEY).orElse("") + (fills(model) ? FILLS : ""),
                        details(),
                        info,
                        capabilities(model),
                        answers.model().createdAt().toString()));
    }

    /** Who knows of tools says so in its chat template. */
    private static List<String> capabilities(Lockstep model) {
        List<String> capabilities = new ArrayList<>(List.of("completion"));
        if (model.metadata().string(ChatTemplate.METADATA_KEY).orElse("").contains("tools")) {
            capabilities.add("tools");
        }
        if (fills(model)) {
            capabilities.add("insert");
        }
        return capabilities;
    }

    private static boolean fills(Lockstep model) {
        return model.tokenizer().fillTokens().isPresent();
    }

    private Entry entry(boolean loaded) {
        ServedModel served = answers.model();
        String name = served.id() + ":latest";
        return new Entry(
                name,
                name,
                served.createdAt().toString(),
                0,
                digest(name),
                details(),
                loaded ? served.createdAt().plusSeconds(FAR_FUTURE_SECONDS).toString() : null,
                loaded ? 0L : null,
                loaded
                        ? served.current()
                                .map(service -> service.model().machine().contextLength())
                                .orElse(null)
                        : null);
    }

    private Details details() {
        return answers.model()
                .current()
                .map(InferenceService::model)
                .map(Lockstep::metadata)
                .map(ModelEndpoints::details)
                .orElse(new Details("", "gguf", "", List.of(), "", "unknown"));
    }

    private static Details details(Metadata metadata) {
        String family = metadata.string("general.architecture").orElse("");
        var type = metadata.integer(FileType.KEY);
        return new Details(
                "",
                "gguf",
                family,
                List.of(family),
                metadata.string("general.size_label").orElse(""),
                FileType.ofNumber(type.orElse(-1)).map(FileType::name).orElse("unknown"));
    }

    private static String digest(String name) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
