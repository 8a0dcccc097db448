/**
 * What a machine promises: the contract that the reference interpreter and the host machine both keep, so that sessions
 * do not know on which of them they run.
 */
@NullMarked
package dev.lockstep.graph.machine;

import org.jspecify.annotations.NullMarked;
