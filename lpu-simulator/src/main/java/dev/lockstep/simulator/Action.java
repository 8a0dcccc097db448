package dev.lockstep.simulator;

/** What a simulation counts: everything that costs energy. */
public enum Action {
    /** Instructions dispatched. */
    DISPATCH,
    /** Words of 320 bytes. */
    MEMORY_READ,
    MEMORY_WRITE,
    /** Operations on vectors, by the ALU they need. */
    SMALL_ALU_OPERATION,
    LARGE_ALU_OPERATION,
    SPECIAL_FUNCTION,
    /** Multiply-accumulates of the matrix unit. */
    MAC_INT8,
    MAC_FP16,
    /** INT8 weights, FP16 activations. */
    MAC_MIXED,
    /** Rows of 320 bytes brought into weight buffers. */
    WEIGHT_ROW,
    INSTALL,
    /** Accumulations of a vector of 320 sums. */
    ACCUMULATION,
    /** Vectors moved by the switch. */
    SWITCHED_VECTOR,
    /** Moves of a vector by one stream register, were every vector to flow to the edge of the chip. */
    STREAM_HOP,
    /** Vectors sent over links. */
    LINK_VECTOR,
    /** Vectors of program text. */
    TEXT_VECTOR
}
