package dev.lockstep.text;

import dev.lockstep.formats.Metadata;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds tokens that are written out in a text. The longest token takes its places first, everywhere in the text, then
 * the next shorter one in what is left.
 */
final class SpecialTokenSplitter {
    /** Longer than any in use; bounds the time for a text to a multiple of its length. */
    private static final int LONGEST_NAME = 1024;

    /** Phi-3 drops white space after its special tokens except these; no metadata key of GGUF says so. */
    private static final Set<String> PHI3_KEEPING_SPACE = Set.of("<unk>", "<s>", "<|endoftext|>");

    private static final int NO_RANK = -1;

    private final Vocabulary vocabulary;

    /** Token ids, longest name first. A rank is a place in this list. */
    private final int[] special;

    private final TokenTrie names = new TokenTrie();
    private final IntPredicate dropsSpace;

    /** A part of a text: a token, or text between tokens. */
    sealed interface Part {
        record Token(int id) implements Part {}

        record Text(String text) implements Part {}
    }

    SpecialTokenSplitter(Vocabulary vocabulary, Metadata metadata) {
        this.vocabulary = vocabulary;
        dropsSpace = dropsSpace(vocabulary, metadata);
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
        var parts = new ArrayList<Part>();
        int done = 0;
        for (var found = find(text, withControl); !found.isEmpty(); ) {
            long first = found.removeSmallest();
            int place = (int) (first >> Integer.SIZE);
            int token = (int) first;
            int next = found.isEmpty() ? text.length() : (int) (found.smallest() >> Integer.SIZE);
            addText(text, done, place, parts);
            parts.add(new Part.Token(token));
            done = end(place, token);
            while (dropsSpace.test(token) && done < next && isAsciiSpace(text.charAt(done))) {
                done++;
            }
        }
        addText(text, done, text.length(), parts);
        return parts;
    }

    /** The tokens by their places: place in the high half, id in the low half of a number. */
    private LongHeap find(String text, boolean withControl) {
        // The longest token not yet tried at each place: its rank in the high half, the place in the low half.
        var candidates = new LongHeap();
        for (int place = 0; place < text.length(); place++) {
            addCandidate(text, place, NO_RANK, withControl, candidates);
        }
        var found = new LongHeap();
        var taken = new BitSet();
        while (!candidates.isEmpty()) {
            long candidate = candidates.removeSmallest();
            int rank = (int) (candidate >> Integer.SIZE);
            int place = (int) candidate;
            int end = end(place, special[rank]);
            // What was taken before is not shorter, so it cannot lie between the ends without touching one.
            if (taken.get(place)) {
                continue;
            }
            if (taken.get(end - 1)) {
                addCandidate(text, place, rank, withControl, candidates);
                continue;
            }
            found.add((long) place << Integer.SIZE | special[rank]);
            taken.set(place, end);
            for (int i = end;
                    dropsSpace.test(special[rank]) && i < text.length() && isAsciiSpace(text.charAt(i));
                    i++) {
                taken.set(i);
            }
        }
        return found;
    }

    private void addCandidate(String text, int place, int afterRank, boolean withControl, LongHeap candidates) {
        var longest = new Longest(afterRank, withControl);
        names.match(text, place, longest);
        if (longest.rank != NO_RANK) {
            candidates.add((long) longest.rank << Integer.SIZE | place);
        }
    }

    /** The first rank after the given one. */
    private final class Longest implements TokenTrie.Match {
        private final int afterRank;
        private final boolean withControl;
        private int rank = NO_RANK;

        Longest(int afterRank, boolean withControl) {
            this.afterRank = afterRank;
            this.withControl = withControl;
        }

        @Override
        public void found(int end, int candidate) {
            boolean counts = withControl || vocabulary.type(special[candidate]) == TokenType.USER_DEFINED;
            // Longer names come later and have smaller ranks.
            if (counts && candidate > afterRank) {
                rank = candidate;
            }
        }
    }

    private int end(int place, int token) {
        return place + vocabulary.text(token).length();
    }

    private static IntPredicate dropsSpace(Vocabulary vocabulary, Metadata metadata) {
        var told = metadata.integers(TokenizerKeys.DROP_SPACE_AFTER);
        if (told.isPresent()) {
            var tokens = Arrays.stream(told.get()).boxed().collect(Collectors.toSet());
            return token -> tokens.contains((long) token);
        }
        var name = metadata.string(TokenizerKeys.MODEL_NAME).orElse("").toLowerCase(Locale.ROOT);
        boolean phi3 = name.contains("phi-3") || name.contains("phi3");
        return token -> phi3 && !PHI3_KEEPING_SPACE.contains(vocabulary.text(token));
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
