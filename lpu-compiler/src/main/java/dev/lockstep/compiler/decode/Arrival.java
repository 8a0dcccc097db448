package dev.lockstep.compiler.decode;

/** The last bytes of a block of the residual: the key inward with which they came, the same on all chips. */
record Arrival(int block, long w) {}
