/**
 * From a graph to a program whose values can be computed. The graph is cut into segments where only the residual stream is alive; segments of the same structure become one
 * {@link dev.lockstep.lpu.program.Block}, placed once for each.
 *
 * <h2>Numerics</h2>
 * They depend on the model and on the number of shards (8 by default), never on the number of chips or nodes:
 * <ul>
 *   <li>Rows of the model are spread over {@linkplain dev.lockstep.compiler.layout.Space vectors} of at most 320 elements, over all shards evenly.
 *   <li>Matrices are FP16 (rounded to nearest even from what the file holds), activations are rounded to FP16 once, when they are complete. A product over the elements of one vector is
 *       exact and rounded once to FP32. Vectors (those that hold anything; the first of every shard, then the second of every shard, and so on) are dealt out to chains in turn: two for FP16, four for INT8. Each chain adds its products in order; then chains 0 and 1 are added,
 *       chains 2 and 3, and these sums.
 *   <li>With INT8 weights a row is rounded to multiples of (its largest magnitude / 127), products of integers and FP16 activations are as exact, and the sum is multiplied with the scale once.
 *   <li>Every output is computed by one chip; chips exchange complete results only. There is no sum over chips, so their number cannot matter.
 *   <li>RMS norm: squares are added vector by vector in order, then over the 16 lanes of each superlane, then over the 20 superlanes, both times in fours: the elements of a four in order, then fours in order; y = (x * rsqrt(sum * (1/n) + epsilon)) * gain.
 *   <li>Attention: scores are FP32; the largest is subtracted; weights exp2((s - m) * (scale * log2 e)) are rounded to FP16, and both the weighted values and the sum of the weights
 *       are products with these, 320 positions at a time, added in order. The result is o * (r * r) with r = rsqrt(l).
 *   <li>Where scores are capped or have sinks, they are multiplied with the scale first, and capped as cap * tanh(s * (1/cap)); then weights are exp2((s - m) * log2 e). A sink's score takes part in m, and its weight is added to the
 *       sum of the weights as FP32. Positions that must not be seen, before a window or after the token, have scores of -2^100.
 *   <li>Queries that grow with their position are turned with cosines and sines that have been multiplied with the factor.
 *   <li>SiLU: x * (0.5 * tanh(0.5 * x) + 0.5).
 *   <li>Experts: powers exp2((s - m) * log2 e) of all scores, and their sum over the chosen (or all) experts one after another; the weight is power * ((r * r) * factor) with r = rsqrt(sum), or 0. All experts are computed: gated units are multiplied with the
 *       weight before they are rounded to FP16, and the matrices that lead back are one matrix, expert beside expert (with INT8, a row has one scale for all of them). Their biases are multiplied with the weights and added one after another.
 * </ul>
 */
@NullMarked
package dev.lockstep.compiler.lower;

import org.jspecify.annotations.NullMarked;
