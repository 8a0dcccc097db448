/**
 * How weights lie in memory for the host's kernels: 16 rows side by side, 4 consecutive columns of a row in 32 bits, in the
 * order in which they are streamed.
 */
@NullMarked
package dev.lockstep.host.layout;

import org.jspecify.annotations.NullMarked;
