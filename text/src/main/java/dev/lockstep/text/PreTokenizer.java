package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How byte-level vocabularies cut text into words, by the name that {@code tokenizer.ggml.pre} gives. The expressions
 * are those of the {@code tokenizer.json} that each model was published with; the names are those that converters
 * write, one for each family of models.
 */
enum PreTokenizer {
    /** For files that do not say. */
    DEFAULT(names("default"), Expressions.PUNCTUATION_RUNS, Expressions.GPT2, "\\p{N}+", "[0-9][0-9][0-9]"),

    GPT2(
            names(
                    "gpt-2",
                    "phi-2",
                    "mpt",
                    "olmo",
                    "jais",
                    "trillion",
                    "exaone4",
                    "gigachat",
                    "a.x-4.0",
                    "mellum",
                    "granite-docling"),
            Expressions.GPT2),

    /** GPT-2 with every digit by itself. */
    STARCODER(
            names("starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b", "mellum2"),
            "\\p{N}",
            Expressions.GPT2),

    FALCON(names("falcon"), Expressions.PUNCTUATION_RUNS_AND_BACKTICKS, Expressions.GPT2, "[0-9][0-9][0-9]"),

    /** The cl100k pattern of GPT-4. */
    GPT4(names("dbrx", "smaug-bpe", "glm4", "chatglm-bpe"), Expressions.gpt4("\\p{N}{1,3}")),

    LLAMA3(
            names("llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2"),
            Expressions.gpt4("\\p{N}{1,3}")) {
        @Override
        boolean wholeWordsFirst() {
            return true;
        }

        @Override
        boolean addsBos() {
            return true;
        }
    },

    QWEN2(
            names("qwen2", "stablelm2", "deepseek-r1-qwen", "hunyuan", "megrez", "solar-open", "grok-2", "kormo"),
            Expressions.gpt4("\\p{N}")),

    /** Qwen 2 with combining marks as parts of words. */
    QWEN35(
            names("qwen35"),
            Expressions.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}"
                    + "| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|" + Expressions.LINES_AND_SPACES),

    SEED_CODER(
            names("seed-coder"),
            Expressions.CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|"
                    + Expressions.LINES_AND_SPACES),

    BAILING(
            names("bailingmoe", "bailingmoe2", "llada-moe"),
            "'(?iu:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*"
                    + "|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+"),

    /** The o200k pattern of GPT-4o. */
    GPT4O(
            names("gpt-4o", "llama4", "kanana2", "minimax-m2"),
            Expressions.casedWords(Expressions.CONTRACTIONS + "?") + "|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|"
                    + Expressions.LINES_AND_SPACES),

    TEKKEN(
            names("tekken"),
            Expressions.casedWords("") + "|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|" + Expressions.LINES_AND_SPACES) {
        @Override
        boolean wholeWordsFirst() {
            return true;
        }

        @Override
        boolean addsBos() {
            return true;
        }
    },

    DEEPSEEK_LLM(
            names("deepseek-llm"),
            "[\\r\\n]",
            "\\s?[" + Expressions.CASED_LETTERS + "]+",
            "\\s?[!-/:-~！-／：-～‘-‟\u3000-。]+",
            Expressions.SPACE_AT_THE_END,
            Expressions.EAST_ASIAN,
            "\\p{N}+"),

    DEEPSEEK_CODER(names("deepseek-coder"), "[\\r\\n]", "\\s?\\p{L}+", "\\s?\\p{P}+", Expressions.EAST_ASIAN, "\\p{N}"),

    DEEPSEEK3(
            names("deepseek-v3", "hunyuan-dense", "joyai-llm"),
            "\\p{N}{1,3}",
            "[一-龥\u3040-ゟ゠-ヿ]+",
            "[!-/:-@\\[-`{-~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|"
                    + Expressions.LINES_AND_SPACES),

    BLOOM(names("bloom", "poro-chat", "gpt3-finnish"), Expressions.UP_TO_PUNCTUATION),

    VIKING(names("viking"), Expressions.UP_TO_PUNCTUATION, "\\p{N}");

    private final List<String> names;
    private final List<String> expressions;

    PreTokenizer(List<String> names, String... expressions) {
        this.names = names;
        this.expressions = List.of(expressions);
    }

    static PreTokenizer read(Metadata metadata) {
        var name = metadata.string(TokenizerKeys.PRE).orElse("default");
        return Stream.of(values())
                .filter(preTokenizer -> preTokenizer.names.contains(name))
                .findFirst()
                .orElseThrow(() -> TokenizerKeys.refuse(
                        metadata,
                        TokenizerKeys.PRE,
                        "is %s; supported are %s".formatted(TokenizerKeys.quoted(name), supported())));
    }

    WordSplitter splitter() {
        return new RegexSplitter(expressions);
    }

    /** Whether a word that is a token is taken as it is, without merges. */
    boolean wholeWordsFirst() {
        return false;
    }

    /** Whether a text begins with the token for the beginning, if the file is silent. */
    boolean addsBos() {
        return false;
    }

    private static String supported() {
        return Arrays.stream(values())
                .flatMap(preTokenizer -> preTokenizer.names.stream())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static List<String> names(String... names) {
        return List.of(names);
    }

    /** In a class of its own because enum constants cannot use static fields of their enum. */
    private static final class Expressions {
        static final String CONTRACTIONS = "(?iu:'s|'t|'re|'ve|'m|'ll|'d)";
        static final String LINES_AND_SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        static final String GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
        static final String PUNCTUATION_RUNS = "[\\p{P}$+<=>^~|]+";
        static final String PUNCTUATION_RUNS_AND_BACKTICKS = "[\\p{P}$+<=>^~|`]+";
        static final String UP_TO_PUNCTUATION = " ?[^(\\s|.,!?…。，、।۔،)]+";

        /** The same as {@code \s+$}, without looking at the end from each space. */
        static final String SPACE_AT_THE_END = "(?<!\\s)\\s++\\z";

        static final String EAST_ASIAN = "[一-龥ࠀ-一가-\ud7ff]+";

        /**
         * The letters with case of Unicode 11, without Georgian in lower case and a few later additions. The
         * intersection spares ASCII characters the comparison with all the others.
         */
        static final String CASED_LETTERS =
                "A-Za-z[\\P{ASCII}&&[µÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿ"
                        + "ᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-\u1f7dᾀ-ᾴᾶ-ᾼ\u1fbeῂ-ῄῆ-ῌῐ-\u1fd3ῖ-\u1fdbῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤ\u2126ℨ\u212a-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎ"
                        + "ↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]]";

        static String gpt4(String numbers) {
            return CONTRACTIONS + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|" + numbers + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|"
                    + LINES_AND_SPACES;
        }

        /** Words that change from upper to lower case at most once. */
        static String casedWords(String suffix) {
            var upper = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
            var lower = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
            var before = "[^\\r\\n\\p{L}\\p{N}]?";
            return before + upper + "*" + lower + "+" + suffix + "|" + before + upper + "+" + lower + "*" + suffix;
        }
    }
}
