package dev.lockstep.text;

import java.util.BitSet;

/** Finds which of many strings begin at a place of a text. Time grows with the matching part only. */
final class TokenTrie {
    static final int ABSENT = LongIntTable.ABSENT;

    private static final int ROOT = 0;

    private final LongIntTable children = new LongIntTable(64);
    private final LongIntTable values = new LongIntTable(64);
    private final BitSet firstLetters = new BitSet();
    private int nodes = 1;

    /** Called for each string that begins at the place, shortest first. */
    interface Match {
        void found(int end, int value);
    }

    void add(String string, int value) {
        int node = ROOT;
        for (int i = 0; i < string.length(); i++) {
            long edge = edge(node, string.charAt(i));
            int child = children.find(edge);
            if (child == ABSENT) {
                child = nodes++;
                children.putIfAbsent(edge, child);
            }
            node = child;
        }
        firstLetters.set(string.charAt(0));
        values.putIfAbsent(node, value);
    }

    void match(String text, int start, Match match) {
        if (!firstLetters.get(text.charAt(start))) {
            return;
        }
        int node = ROOT;
        for (int i = start; i < text.length(); i++) {
            node = children.find(edge(node, text.charAt(i)));
            if (node == ABSENT) {
                return;
            }
            int value = values.find(node);
            if (value != ABSENT) {
                match.found(i + 1, value);
            }
        }
    }

    private static long edge(int node, char letter) {
        return (long) node << Character.SIZE | letter;
    }
}
