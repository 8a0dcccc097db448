/** A thin writer of LLVM IR text: typed values, functions, loops. It knows nothing of models. */
@NullMarked
package dev.lockstep.host.ir;

import org.jspecify.annotations.NullMarked;
