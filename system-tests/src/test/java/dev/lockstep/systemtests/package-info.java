/** Tests of the house as a whole, and of the packaged command as a process. */
@NullMarked
package dev.lockstep.systemtests;

import org.jspecify.annotations.NullMarked;
