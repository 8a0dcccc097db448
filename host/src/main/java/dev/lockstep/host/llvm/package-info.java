/**
 * LLVM as a code generator: IR text in, object file or assembly text out. {@link dev.lockstep.host.llvm.LlvmLibrary}
 * finds libLLVM, {@link dev.lockstep.host.llvm.Llvm} is the only class that knows its C functions.
 */
@NullMarked
package dev.lockstep.host.llvm;

import org.jspecify.annotations.NullMarked;
