/**
 * The arithmetic of the processor, one element at a time: what every bit of a program's values is. Simulators may compute faster, never
 * differently.
 *
 * <ul>
 *   <li>Floating point is IEEE 754 binary32 and binary16 with subnormals, rounded to nearest, ties to even. There is one NaN, {@code 0x7fc00000}
 *       ({@code 0x7e00} as binary16): whatever gives a NaN gives this one.
 *   <li>The matrix unit adds the products of all lanes exactly and rounds the sum once ({@link
 *       dev.lockstep.lpu.numerics.ExactSum}). An exact sum of zero is +0.
 *   <li>Integers are two's complement and wrap; conversions to integers round to nearest even and saturate, NaN becomes 0.
 *   <li>exp2, rsqrt and tanh are the sequences of double precision operations in {@link
 *       dev.lockstep.lpu.numerics.SpecialFunctions}, whose results are rounded to binary32 once.
 * </ul>
 *
 * The maker publishes the single rounding of dot products, not the rest: rounding mode, subnormals and special values are assumptions.
 */
@NullMarked
package dev.lockstep.lpu.numerics;

import org.jspecify.annotations.NullMarked;
