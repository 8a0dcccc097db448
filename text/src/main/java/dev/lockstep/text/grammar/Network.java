package dev.lockstep.text.grammar;

/**
 * A grammar as nodes. From a node lead edges of bytes and edges without, among these calls: they go to the first node of a rule, and
 * from its last node back to where the call says.
 *
 * @param start of the root rule
 * @param edgeStart by node: where its byte edges begin in the next three arrays; one more at the end
 * @param edgeFirst by edge: the first byte
 * @param edgeLast by edge: the last byte
 * @param edgeTarget by edge: the node behind it
 * @param jumps by node: nodes that it leads to without a byte
 * @param calls by node: pairs of a rule's first node and the node to return to
 * @param ruleEnd by node: whether it is the last node of a rule
 * @param alike by node: one that cannot be told from it within {@link TokenVocabulary#LONGEST} bytes: the places of a long repetition
 *     that are far from its bounds
 * @param byteClass by byte: bytes of one class are alike for all edges
 * @param classes how many classes there are
 */
record Network(
        int start,
        int[] edgeStart,
        int[] edgeFirst,
        int[] edgeLast,
        int[] edgeTarget,
        int[][] jumps,
        int[][] calls,
        boolean[] ruleEnd,
        int[] alike,
        int[] byteClass,
        int classes) {

    boolean hasBytes(int node) {
        return edgeStart[node] < edgeStart[node + 1];
    }

    /** Whether nothing follows in the rule: returning to this node is returning from its rule. */
    boolean onlyEnds(int node) {
        return ruleEnd[node] && !hasBytes(node) && jumps[node].length == 0 && calls[node].length == 0;
    }
}
