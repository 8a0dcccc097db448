package dev.lockstep.formats.huggingface;

import java.util.List;

/** The language model inside of one that also sees or hears. */
final class LanguageModel {
    private static final List<String> OTHER_PARTS = List.of(
            "vision_tower.", "multi_modal_projector.", "audio_tower.", "vision_model.", "visual.", "mm_projector.");

    private LanguageModel() {}

    /** The config of the language model: of models that see, an object in their config. */
    static JsonFile config(JsonFile whole) {
        return whole.object("text_config").orElse(whole);
    }

    /** The name that a tensor has in a model that only reads. */
    static String module(String name) {
        if (name.startsWith("language_model.")) {
            return name.substring("language_model.".length());
        }
        if (name.startsWith("model.language_model.")) {
            return "model." + name.substring("model.language_model.".length());
        }
        return name;
    }

    static boolean isOfOtherPart(String module) {
        String inside = module.startsWith("model.") ? module.substring("model.".length()) : module;
        return OTHER_PARTS.stream().anyMatch(inside::startsWith);
    }
}
