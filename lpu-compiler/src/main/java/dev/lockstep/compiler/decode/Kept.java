package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Operand;

/** A result that stays in an ALU. */
record Kept(int alu, int label, long ready) {
    Operand operand() {
        return new Operand.OfAlu(alu, label, false);
    }
}
