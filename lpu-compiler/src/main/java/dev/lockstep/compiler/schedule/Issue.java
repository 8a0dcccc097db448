package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Repeat;

/** An instruction of a fragment; cycles count from the fragment's own zero and can be negative. */
record Issue(Queue queue, int cycle, Instruction instruction, Repeat repeat) {}
