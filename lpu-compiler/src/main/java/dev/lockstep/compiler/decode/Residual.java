package dev.lockstep.compiler.decode;

/**
 * The residual stream as a half layer finds it.
 *
 * @param available for each block, the key from which on it can flow outward from memory
 * @param squares the key from which on lanes' sums of squares can be read
 * @param earliest key of the first weights
 */
record Residual(long[] available, long squares, long earliest) {
    /** When all of it is there. */
    long arrived() {
        return java.util.Arrays.stream(available).max().orElseThrow();
    }
}
