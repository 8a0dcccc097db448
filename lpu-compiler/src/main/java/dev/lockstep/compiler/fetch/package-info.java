/**
 * Program text: a finished program is given the instructions that fetch it. Fetches, and the reads that put text onto streams, go where queues, slices and
 * streams have nothing to do; nothing that was there moves, and no chip is done later.
 */
@NullMarked
package dev.lockstep.compiler.fetch;

import org.jspecify.annotations.NullMarked;
