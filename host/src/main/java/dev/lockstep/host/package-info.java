/**
 * The host machine: the graph as one native program per step, weights packed for it, and the threads that run it.
 */
@NullMarked
package dev.lockstep.host;

import org.jspecify.annotations.NullMarked;
