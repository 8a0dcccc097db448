package dev.lockstep.cli;

import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Weight;
import dev.lockstep.graph.architecture.Hyperparameters;
import dev.lockstep.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** An {@link Inspection} as the fields of {@code inspect --json}. */
final class InspectionFields {
    private InspectionFields() {}

    static Map<String, Object> of(Inspection inspection, OptionalInt context, boolean tensors) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("model", inspection.metadata().origin());
        inspection.text("general.name").ifPresent(name -> fields.put("name", name));
        inspection.text("general.architecture").ifPresent(name -> fields.put("architecture", name));
        fields.put("runnable", inspection.obstacles().isEmpty());
        fields.put("obstacles", inspection.obstacles());
        fields.put("parameters", inspection.parameters());
        inspection.hyperparameters().ifPresent(h -> fields.put("hyperparameters", hyperparameters(h)));
        inspection.tokenizer().ifPresent(t -> fields.put("tokenizer", tokenizer(inspection, t)));
        fields.put("chat_template", inspection.text(Inspection.CHAT_TEMPLATE).isPresent());
        fields.put(
                "tensor_types",
                inspection.types().stream().map(InspectionFields::type).toList());
        fields.put("weight_bytes", inspection.weightBytes());
        for (KvType type : KvType.values()) {
            inspection.kvBytesPerToken(type).ifPresent(bytes -> {
                var suffix = type.name().toLowerCase(Locale.ROOT);
                fields.put("kv_bytes_per_token_" + suffix, bytes);
                context.ifPresent(n -> fields.put("total_bytes_" + suffix, inspection.weightBytes() + n * bytes));
            });
        }
        context.ifPresent(n -> fields.put("context", n));
        if (tensors) {
            fields.put(
                    "tensors",
                    inspection.model().weights().values().stream()
                            .map(InspectionFields::tensor)
                            .toList());
        }
        return fields;
    }

    private static Map<String, Object> hyperparameters(Hyperparameters h) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("layers", h.layers());
        fields.put("embedding_length", h.embeddingLength());
        fields.put("feed_forward_length", h.feedForwardLength());
        fields.put("heads", h.heads());
        fields.put("kv_heads", h.kvHeads());
        fields.put("head_size", h.headSize());
        fields.put("vocabulary_size", h.vocabularySize());
        fields.put("context_length", h.contextLength());
        fields.put("rope_base", h.rope().base());
        fields.put("rope_scaling", h.rope().scaling().name().toLowerCase(Locale.ROOT));
        fields.put("experts", h.experts());
        fields.put("experts_used", h.expertsUsed());
        return fields;
    }

    private static Map<String, Object> tokenizer(Inspection inspection, Tokenizer tokenizer) {
        Map<String, Object> fields = new LinkedHashMap<>();
        inspection.text("tokenizer.ggml.model").ifPresent(kind -> fields.put("kind", kind));
        inspection.text("tokenizer.ggml.pre").ifPresent(pre -> fields.put("pre", pre));
        fields.put("size", tokenizer.vocabularySize());
        tokenizer.bos().ifPresent(token -> fields.put("bos", token));
        tokenizer.eos().ifPresent(token -> fields.put("eos", token));
        fields.put("adds_bos", tokenizer.addsBos());
        return fields;
    }

    private static Map<String, Object> type(Inspection.TypeShare share) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", share.type().name());
        fields.put("tensors", share.tensors());
        fields.put("elements", share.elements());
        fields.put("bytes", share.bytes());
        return fields;
    }

    private static Map<String, Object> tensor(Weight weight) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", weight.name());
        fields.put("type", weight.type().name());
        fields.put("shape", List.of(weight.columns(), weight.rows(), weight.matrices()));
        fields.put("bytes", weight.bytes());
        return fields;
    }
}
