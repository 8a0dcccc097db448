package dev.lockstep.text.grammar;

import dev.lockstep.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * The tokens of a vocabulary by their bytes, as a tree in the order of a walk: a node is followed by those below it, and knows where
 * they end. Tokens without bytes have no place in a text; those that end a generation are told apart. Immutable.
 */
public final class TokenVocabulary {
    /** Tokens of more bytes are never allowed: masks of long repetitions can be shared because of that. */
    static final int LONGEST = 64;

    private final int size;
    private final int[] endTokens;
    private final byte[][] bytes;

    /**
     * By node: its byte, how deep it is, the first node behind those below it, and the first of its own tokens in {@code tokens},
     * which end where those of the next node begin.
     */
    final byte[] label;

    final byte[] depth;
    final int[] subtreeEnd;
    final int[] tokenStart;
    final int[] tokens;
    final int deepest;

    private TokenVocabulary(int size, int[] endTokens, byte[][] bytes, int[] sorted) {
        this.size = size;
        this.endTokens = endTokens;
        this.bytes = bytes;
        this.tokens = sorted;
        int nodes = countNodes(sorted);
        this.label = new byte[nodes];
        this.depth = new byte[nodes];
        this.subtreeEnd = new int[nodes];
        this.tokenStart = new int[nodes + 1];
        this.deepest = build(sorted);
    }

    /** The vocabulary of a tokenizer, as far as a model with {@code size} logits knows it. */
    public static TokenVocabulary of(Tokenizer tokenizer, int size) {
        return of(tokenizer, size, Set.of());
    }

    /**
     * The same where some control tokens are parts of texts.
     *
     * @param marks the names of these
     */
    public static TokenVocabulary of(Tokenizer tokenizer, int size, Set<String> marks) {
        byte[][] bytes = new byte[size][];
        List<Integer> spelled = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        for (int token = 0; token < size; token++) {
            boolean known = token < tokenizer.vocabularySize();
            bytes[token] = known ? spelling(tokenizer, token, marks) : new byte[0];
            if (known && tokenizer.isEndOfGeneration(token)) {
                ends.add(token);
                bytes[token] = new byte[0];
            } else if (bytes[token].length > 0 && bytes[token].length <= LONGEST) {
                spelled.add(token);
            }
        }
        spelled.sort(Comparator.comparing((Integer token) -> bytes[token], Arrays::compareUnsigned));
        return new TokenVocabulary(
                size,
                ends.stream().mapToInt(Integer::intValue).toArray(),
                bytes,
                spelled.stream().mapToInt(Integer::intValue).toArray());
    }

    private static byte[] spelling(Tokenizer tokenizer, int token, Set<String> marks) {
        boolean mark = tokenizer.isControl(token) && marks.contains(tokenizer.piece(token));
        return mark ? tokenizer.piece(token).getBytes(StandardCharsets.UTF_8) : tokenizer.bytes(token);
    }

    private int countNodes(int[] sorted) {
        int nodes = 0;
        byte[] before = new byte[0];
        for (int token : sorted) {
            nodes += bytes[token].length - common(before, bytes[token]);
            before = bytes[token];
        }
        return nodes;
    }

    private int build(int[] sorted) {
        int node = 0;
        int most = 0;
        int[] open =
                new int[1 + Arrays.stream(bytes).mapToInt(b -> b.length).max().orElse(0)];
        byte[] before = new byte[0];
        for (int i = 0; i < sorted.length; i++) {
            byte[] spelling = bytes[sorted[i]];
            int common = common(before, spelling);
            for (int d = before.length; d > common; d--) {
                subtreeEnd[open[d - 1]] = node;
            }
            for (int d = common; d < spelling.length; d++) {
                label[node] = spelling[d];
                depth[node] = (byte) d;
                tokenStart[node] = i;
                open[d] = node++;
            }
            most = Math.max(most, spelling.length);
            before = spelling;
        }
        for (int d = before.length; d > 0; d--) {
            subtreeEnd[open[d - 1]] = node;
        }
        tokenStart[node] = sorted.length;
        return most;
    }

    private static int common(byte[] a, byte[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }

    /** Number of tokens. */
    public int size() {
        return size;
    }

    int[] endTokens() {
        return endTokens;
    }

    /** Empty for tokens that are no part of a text. */
    byte[] bytes(int token) {
        return bytes[token];
    }
}
