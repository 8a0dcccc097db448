/** Counted actions times a table that says of each row what it rests on. */
@NullMarked
package dev.lockstep.compiler.energy;

import org.jspecify.annotations.NullMarked;
