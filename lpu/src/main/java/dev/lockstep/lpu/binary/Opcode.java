package dev.lockstep.lpu.binary;

/** The first number of every encoded instruction. */
enum Opcode {
    READ,
    WRITE,
    GATHER,
    SCATTER,
    UNARY,
    BINARY,
    CONVERT,
    LOAD_WEIGHTS,
    INSTALL_WEIGHTS,
    ACTIVATE,
    ACCUMULATE,
    DISTRIBUTE,
    PERMUTE,
    SHIFT,
    TRANSPOSE,
    ROTATE,
    SEND,
    RECEIVE,
    DESKEW,
    RUNTIME_DESKEW,
    TRANSMIT,
    SYNC,
    NOTIFY,
    FETCH,
    CONFIGURE
}
