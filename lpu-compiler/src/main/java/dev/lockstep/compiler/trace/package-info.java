/** A schedule in the format that Perfetto and Chrome read. */
@NullMarked
package dev.lockstep.compiler.trace;

import org.jspecify.annotations.NullMarked;
