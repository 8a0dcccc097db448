/**
 * A language processing unit after the published tensor streaming processor: its description as data, its instruction set,
 * its programs, and the definition of its arithmetic. Compilers write programs, simulators run them; neither is here.
 */
@NullMarked
package dev.lockstep.lpu;

import org.jspecify.annotations.NullMarked;
