/**
 * The reference interpreter: plain Java that defines what every operation computes, to the bit. One class per family of
 * operations; {@link dev.lockstep.graph.reference.ReferenceMachine} walks the graph.
 */
@NullMarked
package dev.lockstep.graph.reference;

import org.jspecify.annotations.NullMarked;
