package dev.lockstep.lpu.binary;

/** What kind of operand follows. */
enum OperandCode {
    STREAM,
    ALU,
    HELD_ALU,
    CONSTANT
}
