package dev.lockstep.text;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** What the names of tokens tell where files are often silent or wrong: which end an answer, and which are control. */
final class WellKnownTokens {
    private static final List<String> ENDS = List.of(
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

    /** The structure of an answer in the harmony format of gpt-oss, which is read as text. */
    private static final List<String> HARMONY = List.of("<|channel|>", "<|message|>", "<|start|>", "<|constrain|>");

    private WellKnownTokens() {}

    /** What a token is, whatever the file says. */
    record Role(TokenType type, boolean endsGeneration) {}

    /** The roles by name, for a vocabulary that has the names that the predicate tells. */
    static Map<String, Role> names(Predicate<String> vocabulary) {
        var roles = new HashMap<String, Role>();
        ENDS.forEach(name -> roles.put(name, new Role(TokenType.CONTROL, true)));
        HARMONY.forEach(name -> roles.put(name, new Role(TokenType.USER_DEFINED, false)));
        if (vocabulary.test("<|return|>") && vocabulary.test("<|call|>")) {
            // In harmony this ends a part of an answer and not the answer.
            roles.put("<|end|>", new Role(TokenType.USER_DEFINED, false));
        }
        return roles;
    }
}
