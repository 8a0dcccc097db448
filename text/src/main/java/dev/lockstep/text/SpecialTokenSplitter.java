package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds tokens that are written out in a text. The longest token takes its places first, everywhere in the text, then
 * the next shorter one in what is left.
 */
final class SpecialTokenSplitter {
    /** Longer than any in use; bounds the time for a text to a multiple of its length. */
    private static final int LONGEST_NAME = 1024;

    /** Phi-3 drops white space after its special tokens except these; no metadata key says so. */
    private static final Set<String> PHI3_KEEPING_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

    private final Vocabulary vocabulary;

    /** Token ids, longest name first; the trie gives places in this list. */
    private final int[] special;

    private final TokenTrie names = new TokenTrie();
    private final boolean phi3;

    /** A part of a text: a token, or text between tokens. */
    sealed interface Part {
        record Token(int id) implements Part {}

        record Text(String text) implements Part {}
    }

    SpecialTokenSplitter(Vocabulary vocabulary, Metadata metadata) {
        this.vocabulary = vocabulary;
        var name = metadata.string(TokenizerKeys.MODEL_NAME).orElse("").toLowerCase(Locale.ROOT);
        phi3 = name.contains("phi-3") || name.contains("phi3");
        special = IntStream.range(0, vocabulary.size())
                .filter(id ->
                        vocabulary.type(id).isSpecial() && !vocabulary.text(id).isEmpty())
                .boxed()
                .sorted(Comparator.comparing(id -> -vocabulary.text(id).getBytes(StandardCharsets.UTF_8).length))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int rank = 0; rank < special.length; rank++) {
            var text = vocabulary.text(special[rank]);
            if (text.length() > LONGEST_NAME) {
                throw TokenizerKeys.refuse(
                        metadata,
                        TokenizerKeys.TOKENS,
                        "has a special token, %d, of more than %d characters".formatted(special[rank], LONGEST_NAME));
            }
            names.add(text, rank);
        }
    }

    /** @param withControl whether control tokens count, or only those that users may write */
    List<Part> split(String text, boolean withControl) {
        List<Part> parts = text.isEmpty() ? List.of() : List.of(new Part.Text(text));
        var present = present(text, withControl);
        for (int rank = present.nextSetBit(0); rank >= 0; rank = present.nextSetBit(rank + 1)) {
            parts = split(parts, special[rank]);
        }
        return parts;
    }

    private BitSet present(String text, boolean withControl) {
        var present = new BitSet();
        for (int i = 0; i < text.length(); i++) {
            names.match(text, i, (end, rank) -> {
                if (withControl || vocabulary.type(special[rank]) == TokenType.USER_DEFINED) {
                    present.set(rank);
                }
            });
        }
        return present;
    }

    private List<Part> split(List<Part> parts, int token) {
        var result = new ArrayList<Part>();
        for (var part : parts) {
            switch (part) {
                case Part.Token known -> result.add(known);
                case Part.Text text -> split(text.text(), token, result);
            }
        }
        return result;
    }

    private void split(String text, int token, List<Part> parts) {
        var name = vocabulary.text(token);
        boolean dropsSpace = phi3 && !PHI3_KEEPING_SPACE.contains(name);
        int done = 0;
        for (int place = text.indexOf(name); place >= 0; place = text.indexOf(name, done)) {
            addText(text, done, place, parts);
            parts.add(new Part.Token(token));
            done = place + name.length();
            while (dropsSpace && done < text.length() && isAsciiSpace(text.charAt(done))) {
                done++;
            }
        }
        addText(text, done, text.length(), parts);
    }

    private static void addText(String text, int start, int end, List<Part> parts) {
        if (start < end) {
            parts.add(new Part.Text(text.substring(start, end)));
        }
    }

    private static boolean isAsciiSpace(char letter) {
        return letter == ' ' || letter >= '\t' && letter <= '\r';
    }
}
