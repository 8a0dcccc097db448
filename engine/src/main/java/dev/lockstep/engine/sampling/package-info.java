/**
 * From logits to a token. A {@link dev.lockstep.engine.sampling.SamplerChain} is data (a printable list of stages); a
 * {@link dev.lockstep.engine.sampling.Sampler} runs one without allocating, and gives the same token for the same logits,
 * history and seed on every machine: sums are of binary64 in a fixed order, exp is the one of the reference interpreter,
 * random numbers come from {@code SplitMix64}.
 */
@NullMarked
package dev.lockstep.engine.sampling;

import org.jspecify.annotations.NullMarked;
