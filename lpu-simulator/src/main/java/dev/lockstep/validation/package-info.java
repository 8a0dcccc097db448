/**
 * Programs written for published measurements, and the page that sets ours beside theirs ({@link dev.lockstep.validation.ValidationPage}). Each program is
 * checked for legality and run in the simulator; no parameter is fitted to them.
 */
@NullMarked
package dev.lockstep.validation;

import org.jspecify.annotations.NullMarked;
