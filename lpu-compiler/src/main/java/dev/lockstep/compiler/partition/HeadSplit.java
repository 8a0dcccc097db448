package dev.lockstep.compiler.partition;

/** How a stage of several chips divides attention. */
public enum HeadSplit {
    /** A chip holds some heads of keys and values, and all queries that look at them. */
    BY_KEY_HEADS("heads of keys over chips"),
    /** More chips than heads of keys: chips with queries of one key head each hold a copy of it. */
    COPIED_KEYS("heads of queries over chips, keys copied"),
    /** More chips than heads of keys: chips with one key head share its context, and merge their results over one more hop. */
    BY_CONTEXT("context over chips");

    private final String words;

    HeadSplit(String words) {
        this.words = words;
    }

    public String words() {
        return words;
    }
}
