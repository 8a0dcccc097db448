/** Models with made-up weights, for tests and measurements without a file. */
@NullMarked
package dev.lockstep.graph.synthetic;

import org.jspecify.annotations.NullMarked;
