/**
 * The program of one decoding step, scheduled to the cycle for every chip of a system. All nodes of a stage do the same, and their eight chips work
 * in step, so one node is scheduled and its program given to all; equal stages share it as well.
 *
 * <p>Time is kept in <i>keys</i> rather than cycles. A vector that flows outward passes position y in cycle u + y, one that flows inward
 * passes it in cycle w - y, with y counted from the west edge of the vector unit in both hemispheres alike. A flight then is one
 * number: two flights on one stream meet exactly if their keys are equal. An operation of the vector unit that takes w and is k operations long gives
 * u = w - 57 + 3k; a row that reaches an array with u gives sums with w = u + 147; a vector that is sent with u arrives with w = u + 91 + link.
 */
@NullMarked
package dev.lockstep.compiler.decode;

import org.jspecify.annotations.NullMarked;
