package dev.lockstep.compiler.decode;

/**
 * The last bytes of a block of the residual.
 *
 * @param w the key inward with which they came, the same on all chips
 * @param source the chip of the node that sent them
 */
record Arrival(int block, long w, int source) {}
