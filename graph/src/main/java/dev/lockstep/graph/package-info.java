/**
 * The graph IR, one builder per architecture, and the reference interpreter that defines the numerics.
 */
@NullMarked
package dev.lockstep.graph;

import org.jspecify.annotations.NullMarked;
