/**
 * The graph IR: a language model as a list of operations on rows, one row per token.
 *
 * <h2>Values</h2>
 * A {@link Value} stands for one row per token of the step: {@code f32[n]} (n floats), {@code q8[n]} or {@code q16[n]} (n floats
 * rounded to 8-bit or 16-bit integers in blocks of 32 with one scale each) or {@code choice[k]} (k experts with their weights). Operations look at
 * one token at a time; only {@link Op.Attention} sees other tokens, through the KV cache.
 *
 * <h2>Numerics</h2>
 * The reference interpreter ({@link dev.lockstep.graph.reference}) is the definition: every machine has to reproduce its bits. All
 * arithmetic is IEEE 754 binary32, round to nearest even, no contraction except where {@code fma} is written, and integers are
 * exact. NaN payloads are not defined. In what follows {@code fma(a, b, c)} rounds once.
 *
 * <ul>
 *   <li><b>Segments.</b> A sum over K elements (the columns of a weight row) is cut into S consecutive segments,
 *       S = the largest power of two &le; min(8, K / 256), at least 1. With units of 32 elements (256 for 256-element block types) and
 *       n = &lceil;K / unit&rceil;, segment s covers units [&lfloor;s n / S&rfloor;, &lfloor;(s+1) n / S&rfloor;). Every segment is summed from +0 in
 *       order, and the S sums are added as a balanced binary tree, neighbours first ({@link dev.lockstep.graph.Segments}). S depends on K alone: not on cores, ranks or vectors.
 *   <li><b>Linear, float weights.</b> acc = fma(w[k], x[k], acc), k ascending; F16 and BF16 weights are widened exactly.
 *   <li><b>Linear, quantised weights</b> take q8 or q16 rows. Per block b of 32 columns, in order:
 *       acc = fma(s * d[b], (float) I, acc), where s is the exact scale of the weights' block, d[b] the scale of the activations and
 *       I the integer dot product, exact and rounded once when it becomes a float (for types with one sub-scale per 16: I = sub0 * I0 + sub1 * I1). Types with minima
 *       then add acc = fma(m, d[b] * (float) B, acc) with B the sum of the block's activations (per half block, first half
 *       first, where minima are per 16).
 *   <li><b>Quantise.</b> a = max |x| of the 32; if a &lt; 2<sup>-100</sup> all is zero, else d = a / n and
 *       q = roundToNearestEven(x * (n / a)), n = 127 for q8 and 32258 = 254 * 127 for q16. A q16 integer is 254 h + l with h and l from -127
 *       to 127, so that products of bytes suffice; in products of q8 rows I is not rounded, since |I| &lt; 2<sup>24</sup>.
 *   <li><b>RMS norm</b> of a row, or of each group of n elements of it. 16 lanes, lane j sums x[j + 16 i]<sup>2</sup> by fma, i ascending; lanes are added as a binary tree (j with j + 8, 4,
 *       2, 1). y = (x * r) * w, r = 1 / sqrt(sum / n + epsilon).
 *   <li><b>Layer norm</b>: mean = sum / n, in the same lanes; c = x - mean; y = (c * r) * w with r as above, of c.
 *   <li><b>Activations</b>, soft caps: silu(x) = x / (1 + exp(-x)); gelu(x) = x / (1 + exp(-2u)), u = x * fma(x * x, c3, c1); sigmoid(x) = 1 / (1 + exp(-x)); a soft cap is
 *       tanh(x / cap) * cap with tanh(t) = 1 - 2 / (exp(t + t) + 1).
 *   <li><b>RoPE.</b> cos and sin of double angles (StrictMath) rounded to float; y0 = fma(x0, cos, -(x1 * sin)), y1 = fma(x0, sin, x1 * cos).
 *   <li><b>Attention</b> over KV blocks of {@value dev.lockstep.graph.KvLayout#BLOCK} positions. q is multiplied by the scale first, then by its growth where there is one. Per block:
 *       s[j] = dot over the head in order by fma from +0, soft-capped where the model asks for it; m = max s over the positions that the token
 *       sees: up to its own, and within its window; p[j] = exp(s[j] - m), 0 for positions that it does not see;
 *       l = sum of p (16 lanes, lane t adds p[t], p[t+16], ... in order; then the binary tree);
 *       o = sum over j of fma(p[j], v[j], o), j ascending from +0. The blocks of a span of {@value dev.lockstep.graph.KvLayout#SPAN} positions are merged
 *       in order into m = -infinity, l = 0, o = 0: M = max(m, m'), a = exp(m - M), c = exp(m' - M),
 *       l = fma(l, a, l' * c), o = fma(o, a, o' * c); then spans are merged in order in the same way, and a sink s as m' = s, l' = 1, o' = 0. Blocks
 *       of which a token sees nothing are left out. The result is o * (1 / l).
 *   <li><b>KV cache.</b> Rotated keys, and values, are rounded when they are appended: to binary16, or not at all, or (Q8) to
 *       d * q in blocks of {@value dev.lockstep.graph.KvType#BLOCK} elements of a head: a = max |x|; if a &lt; 2<sup>-100</sup> all is zero, else d = the smallest bfloat16 not below
 *       a / 127 and q = roundToNearestEven(x * (1 / d)). Products d * q are exact.
 *   <li><b>Routing.</b> exp(score - max) / sum, or sigmoid(score), or that / sum; sums from +0 in the order of choice, or over all experts in
 *       theirs; then times the scale.
 *   <li><b>exp</b> and its relatives are those of {@link dev.lockstep.graph.reference.Numerics}.
 * </ul>
 */
@NullMarked
package dev.lockstep.graph;

import org.jspecify.annotations.NullMarked;
