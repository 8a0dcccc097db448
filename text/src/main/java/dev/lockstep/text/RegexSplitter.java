package dev.lockstep.text;

import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text by regular expressions, one after the other: each cuts the parts that the one before has left into its
 * matches and what stands between them. A part is all that an expression sees, also when it looks ahead.
 */
final class RegexSplitter implements WordSplitter {
    private final List<Pattern> stages;

    /**
     * @param expressions in the syntax of the Hugging Face tokenizers, as far as it is also Java's. They must not
     *     repeat groups: {@code java.util.regex} needs stack for each turn.
     */
    RegexSplitter(List<String> expressions) {
        // Java's \s is ASCII only.
        stages = expressions.stream()
                .map(expression ->
                        expression.replace("\\s", "\\p{IsWhite_Space}").replace("\\S", "\\P{IsWhite_Space}"))
                .map(Pattern::compile)
                .toList();
    }

    @Override
    public void split(CharSequence text, Consumer<String> words) {
        var matchers = stages.stream().map(stage -> stage.matcher(text)).toArray(Matcher[]::new);
        split(text, 0, text.length(), matchers, 0, words);
    }

    private static void split(
            CharSequence text, int start, int end, Matcher[] matchers, int stage, Consumer<String> words) {
        if (start == end) {
            return;
        }
        if (stage == matchers.length) {
            words.accept(text.subSequence(start, end).toString());
            return;
        }
        var matcher = matchers[stage].region(start, end);
        int done = start;
        while (matcher.find()) {
            split(text, done, matcher.start(), matchers, stage + 1, words);
            split(text, matcher.start(), matcher.end(), matchers, stage + 1, words);
            done = matcher.end();
        }
        split(text, done, end, matchers, stage + 1, words);
    }
}
