/** What a chip does in one cycle, read off its program. */
@NullMarked
package dev.lockstep.lpu.explain;

import org.jspecify.annotations.NullMarked;
