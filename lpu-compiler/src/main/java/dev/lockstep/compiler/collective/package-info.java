/**
 * Sums and copies over the chips of a stage: for each vector of 320 bytes the link it takes and the cycle at which it
 * is sent.
 */
@NullMarked
package dev.lockstep.compiler.collective;

import org.jspecify.annotations.NullMarked;
