package dev.lockstep.formats.huggingface;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/**
 * How {@code tokenizer.json} cuts a text into words. Its expressions come from anywhere, so that they are not run but recognised: GGUF has
 * names for those that models use.
 */
final class PreTokenizer {
    private static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
    private static final String REST = "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    private static final String BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";
    private static final String SUFFIX = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
    private static final String BYTES = "ByteLevel";
    private static final String DIGITS = "Digits";
    private static final String NOTHING = "nothing";

    /** By the expressions, one after the other. */
    private static final Map<List<String>, String> NAMES = Map.of(
            List.of(BYTES), "gpt-2",
            List.of(DIGITS, BYTES), "starcoder",
            List.of(CONTRACTIONS + "\\p{N}{1,3}" + REST), "dbrx",
            List.of(CONTRACTIONS + "\\p{N}" + REST), "qwen2",
            List.of(cased(SUFFIX) + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
                    "gpt-4o",
            List.of(cased("") + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"), "tekken",
            List.of(
                            "\\p{N}{1,3}",
                            "[一-龥\u3040-ゟ゠-ヿ]+",
                            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                                    + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
                    "deepseek-v3");

    /** Of the same expressions, with words that are tokens taken without merges. */
    private static final Map<String, String> WHOLE_WORDS = Map.of("dbrx", "llama-bpe", "tekken", "tekken");

    private PreTokenizer() {}

    /** The name that GGUF has for how a vocabulary of bytes cuts text. */
    static String name(JsonFile tokenizer, boolean wholeWords) {
        List<String> steps = new ArrayList<>();
        collect(tokenizer.get("pre_tokenizer"), steps);
        String name = NAMES.get(steps);
        if (wholeWords && name != null) {
            name = WHOLE_WORDS.get(name);
        }
        if (name == null) {
            throw tokenizer.failure(
                    "pre_tokenizer",
                    "cuts text in a way that is not known" + (wholeWords ? " with ignore_merges" : ""),
                    "use a GGUF file of the model");
        }
        return name;
    }

    /** Whether a vocabulary of characters marks the beginning of a text like a space. */
    static boolean marksTheBeginning(JsonFile tokenizer) {
        JsonNode normalizer = tokenizer.get("normalizer");
        JsonNode words = tokenizer.get("pre_tokenizer");
        boolean prepends = isA(normalizer, "Prepend")
                || StreamSupport.stream(normalizer.path("normalizers").spliterator(), false)
                        .anyMatch(step -> isA(step, "Prepend"));
        boolean marks = isA(words, "Metaspace")
                && (words.has("prepend_scheme")
                        ? !words.path("prepend_scheme").asString("").equals("never")
                        : words.path("add_prefix_space").asBoolean(true));
        return prepends || marks;
    }

    /** Whether that is only done where a sequence begins, and not before a space. */
    static boolean marksOnlyTheFirst(JsonFile tokenizer) {
        JsonNode words = tokenizer.get("pre_tokenizer");
        return isA(words, "Metaspace")
                && words.path("prepend_scheme").asString("").equals("first");
    }

    /** Whether that is not done before a space. */
    static boolean marksUnlessMarked(JsonFile tokenizer) {
        return isA(tokenizer.get("pre_tokenizer"), "Metaspace");
    }

    /** Makes sure that nothing happens to a text before it is cut but that its spaces are marked. */
    static void requireMarksOnly(JsonFile tokenizer) {
        List<String> steps = new ArrayList<>();
        collect(tokenizer.get("normalizer"), steps);
        collect(tokenizer.get("pre_tokenizer"), steps);
        steps.removeAll(List.of(NOTHING, "Prepend", "Replace", "Metaspace"));
        if (!steps.isEmpty()) {
            throw tokenizer.failure(
                    "normalizer",
                    "does " + steps.getFirst() + ", which is not supported",
                    "use a GGUF file of the model");
        }
    }

    /** Whether a text is brought to normal form C first. */
    static boolean composes(JsonFile tokenizer) {
        JsonNode normalizer = tokenizer.get("normalizer");
        return isA(normalizer, "NFC")
                || StreamSupport.stream(normalizer.path("normalizers").spliterator(), false)
                        .anyMatch(step -> isA(step, "NFC"));
    }

    private static void collect(JsonNode step, List<String> steps) {
        switch (step.path("type").asString("")) {
            case "Sequence" -> {
                step.path("pretokenizers").forEach(inner -> collect(inner, steps));
                step.path("normalizers").forEach(inner -> collect(inner, steps));
            }
            case "Split" -> steps.add(step.path("pattern").path("Regex").asString(""));
            case DIGITS -> steps.add(step.path("individual_digits").asBoolean(false) ? DIGITS : "groups of digits");
            case BYTES -> {
                if (step.path("use_regex").asBoolean(true)) {
                    steps.add(BYTES);
                }
            }
            default -> steps.add(step.path("type").asString(NOTHING));
        }
    }

    private static boolean isA(JsonNode step, String type) {
        return step.path("type").asString("").equals(type);
    }

    private static String cased(String suffix) {
        return BEFORE + UPPER + "*" + LOWER + "+" + suffix + "|" + BEFORE + UPPER + "+" + LOWER + "*" + suffix;
    }
}
