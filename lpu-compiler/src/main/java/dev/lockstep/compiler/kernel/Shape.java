package dev.lockstep.compiler.kernel;

/**
 * What attention of some heads works on.
 *
 * @param heads query heads that are computed together
 * @param headSize elements of a head, at most a vector
 * @param positions of the context bucket
 * @param lanes of a vector
 */
record Shape(int heads, int headSize, int positions, int lanes) {
    /** The same with another number of heads. */
    Shape of(int otherHeads) {
        return new Shape(otherHeads, headSize, positions, lanes);
    }

    /** Vectors of scores of a head. */
    int blocks() {
        return (positions + lanes - 1) / lanes;
    }

    /** Groups of 16 positions of a block. */
    int positionGroups(int block) {
        return Matrix.groups(Math.min(lanes, positions - block * lanes));
    }

    /** Groups of 16 elements of a head. */
    int elementGroups() {
        return Matrix.groups(headSize);
    }
}
