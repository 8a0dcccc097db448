package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.layout.Space;

/**
 * Constants that tell which token a logit belongs to.
 *
 * @param rows how logits are spread
 * @param word of the first vector of negative numbers, relative to the segment's constants; as many vectors follow that are zero where there is a token
 */
record TokenPlan(Space rows, int word) {}
