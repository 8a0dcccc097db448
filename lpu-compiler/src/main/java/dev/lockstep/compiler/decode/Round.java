package dev.lockstep.compiler.decode;

import java.util.List;

/** Heads of queries that attend together, because an array has two accumulators: they look at the same keys, or each at its own. */
record Round(int number, List<Head> heads) {
    /** Heads of a round. */
    static final int MOST = 2;

    /**
     * A head of queries.
     *
     * @param query its number on this chip
     * @param keyHead the head of keys that it looks at
     */
    record Head(int query, int keyHead, Cache cache) {}

    Round {
        heads = List.copyOf(heads);
    }

    int count() {
        return heads.size();
    }

    /** The caches that are looked at, once each. */
    List<Cache> caches() {
        return heads.stream().map(Head::cache).distinct().toList();
    }
}
