/** Rewrites of graphs: one pass, one file. */
@NullMarked
package dev.lockstep.graph.pass;

import org.jspecify.annotations.NullMarked;
