/**
 * Sessions: a prompt goes in, sampled text comes out.
 */
@NullMarked
package dev.lockstep.engine;

import org.jspecify.annotations.NullMarked;
