/** One graph builder per architecture of GGUF's {@code general.architecture}. */
@NullMarked
package dev.lockstep.graph.architecture;

import org.jspecify.annotations.NullMarked;
