/**
 * Programs written for published measurements, and the page that sets ours beside theirs ({@link dev.lockstep.validation.ValidationPage}). Each program is
 * checked for legality and run in the simulator; no number is copied and no parameter is fitted.
 */
@NullMarked
package dev.lockstep.validation;

import org.jspecify.annotations.NullMarked;
