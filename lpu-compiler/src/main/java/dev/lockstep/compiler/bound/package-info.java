/**
 * What no schedule can beat: the least time of a token, term by term, with the one that binds.
 */
@NullMarked
package dev.lockstep.compiler.bound;

import org.jspecify.annotations.NullMarked;
