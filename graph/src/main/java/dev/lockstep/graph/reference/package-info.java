/** The reference interpreter: plain Java that defines what every operation computes, to the bit. */
@NullMarked
package dev.lockstep.graph.reference;

import org.jspecify.annotations.NullMarked;
