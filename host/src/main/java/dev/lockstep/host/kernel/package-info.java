/**
 * The kernels as LLVM IR: each operation of the graph for one shape, doing exactly the arithmetic of the reference
 * interpreter. Vectors of 16 floats are written as such whatever the machine has; LLVM cuts them to its registers, which
 * changes no bits.
 */
@NullMarked
package dev.lockstep.host.kernel;

import org.jspecify.annotations.NullMarked;
