package dev.lockstep.host.program;

import dev.lockstep.host.ir.Ir;

/** Tokens, and vectors of 16 elements of their rows: the first ones and those after the last. */
record Area(Ir token, Ir endToken, Ir vector, Ir endVector) {}
