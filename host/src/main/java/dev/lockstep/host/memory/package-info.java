/** Memory outside the Java heap: the C library's calls for it and for locks, large pages, and symbols of the process. */
@NullMarked
package dev.lockstep.host.memory;

import org.jspecify.annotations.NullMarked;
