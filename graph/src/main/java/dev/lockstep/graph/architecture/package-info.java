/**
 * From a model's metadata and tensors to its graph: one builder per architecture of GGUF's {@code general.architecture}. A new
 * architecture is one class that implements {@link dev.lockstep.graph.architecture.Architecture}, listed in
 * {@link dev.lockstep.graph.architecture.Architectures}.
 */
@NullMarked
package dev.lockstep.graph.architecture;

import org.jspecify.annotations.NullMarked;
