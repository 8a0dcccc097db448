package dev.lockstep.compiler.lower;

import java.util.Arrays;
import java.util.List;

/** Cuts a row of segments into consecutive stages, so that the fullest is as small as it can be. */
final class Stages {
    private Stages() {}

    /**
     * @param words of each segment
     * @return the stage of each segment
     */
    static int[] cut(List<Integer> words, int stages) {
        int count = words.size();
        if (stages > count) {
            throw new CompilerException("The model has " + count + " parts that a pipeline can be cut between, and "
                    + stages + " nodes are too many for them. Use fewer chips.");
        }
        long[] before = new long[count + 1];
        for (int i = 0; i < count; i++) {
            before[i + 1] = before[i] + words.get(i);
        }
        // fullest[s][i]: of the first i segments in s + 1 stages.
        long[][] fullest = new long[stages][count + 1];
        int[][] start = new int[stages][count + 1];
        for (int stage = 0; stage < stages; stage++) {
            Arrays.fill(fullest[stage], Long.MAX_VALUE);
            for (int end = stage + 1; end <= count; end++) {
                for (int first = stage; first < end && (stage > 0 || first == 0); first++) {
                    long earlier = stage == 0 ? 0 : fullest[stage - 1][first];
                    long most = Math.max(earlier, before[end] - before[first]);
                    if (most < fullest[stage][end]) {
                        fullest[stage][end] = most;
                        start[stage][end] = first;
                    }
                }
            }
        }
        int[] cut = new int[count];
        int end = count;
        for (int stage = stages - 1; stage >= 0; stage--) {
            int first = start[stage][end];
            Arrays.fill(cut, first, end, stage);
            end = first;
        }
        return cut;
    }
}
