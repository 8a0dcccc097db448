package dev.lockstep.text;

import java.util.Set;
import java.util.function.Predicate;

/** What the names of tokens tell where files are often silent or wrong: which end an answer, and which are control. */
final class WellKnownTokens {
    private static final Set<String> ENDS = Set.of(
            "</s>",
            "<eos>",
            "[EOS]",
            "<EOT>",
            "_<EOT>",
            "[EOT]",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|im_end|>",
            "<|end|>",
            "<|return|>",
            "<|call|>",
            "<end_of_turn>",
            "<turn|>",
            "<end_of_utterance>",
            "<|endoftext|>",
            "<|end_of_text|>",
            "<｜end▁of▁sentence｜>",
            "<|END_OF_TURN_TOKEN|>",
            "<|fim_pad|>",
            "<|repo_name|>",
            "<|file_sep|>");

    /** The structure of an answer in the harmony format of gpt-oss: is read as text. */
    private static final Set<String> HARMONY = Set.of("<|channel|>", "<|message|>", "<|start|>", "<|constrain|>");

    private static final String END_OF_PART = "<|end|>";

    private final boolean endsParts;

    /** For the vocabulary that contains these names. */
    WellKnownTokens(Predicate<String> names) {
        endsParts = names.test("<|return|>") && names.test("<|call|>");
    }

    boolean endsGeneration(String name) {
        return ENDS.contains(name) && !isEndOfPart(name);
    }

    TokenType type(String name, TokenType declared) {
        if (HARMONY.contains(name) || isEndOfPart(name)) {
            return TokenType.USER_DEFINED;
        }
        return ENDS.contains(name) ? TokenType.CONTROL : declared;
    }

    /** With harmony, {@code <|end|>} ends a part of an answer and not the answer. */
    private boolean isEndOfPart(String name) {
        return endsParts && name.equals(END_OF_PART);
    }
}
