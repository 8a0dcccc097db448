package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Queue;

/** Cycles in which a queue must not issue, though it has nothing to do; both included. */
record Hold(Queue queue, int first, int last) {}
