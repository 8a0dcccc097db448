/**
 * The processor that code is made for: its architecture and the instruction-set extensions that kernels may use.
 * Knows the machine it runs on without loading LLVM, because cached programs run without it.
 */
@NullMarked
package dev.lockstep.host.cpu;

import org.jspecify.annotations.NullMarked;
