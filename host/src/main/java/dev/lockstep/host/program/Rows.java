package dev.lockstep.host.program;

import dev.lockstep.host.ir.Ir;

/**
 * Where some vectors of several tokens' rows lie.
 *
 * @param first the first vector of the first token
 * @param stride bytes from a token to the next
 */
record Rows(Ir first, Ir stride) {}
