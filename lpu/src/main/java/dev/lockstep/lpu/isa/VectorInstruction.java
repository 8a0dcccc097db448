package dev.lockstep.lpu.isa;

/** Instructions of an ALU of the vector unit; every lane does the same. */
public sealed interface VectorInstruction extends Instruction {
    /** Whether only the large ALUs can do it. */
    boolean needsLargeAlu();

    Result to();

    /** Functions of one operand; the result has the operand's type. */
    enum UnaryOperation {
        COPY(false),
        NEGATE(false),
        /** max(x, 0). */
        RELU(true),
        EXP2(true),
        /** 1 / sqrt(x). */
        RSQRT(true),
        TANH(true);

        private final boolean large;

        UnaryOperation(boolean large) {
            this.large = large;
        }

        /** Whether it is a function with the latency of special functions. */
        public boolean special() {
            return this == EXP2 || this == RSQRT || this == TANH;
        }
    }

    /** Functions of two operands of one type, which is also that of the result. */
    enum BinaryOperation {
        ADD(false),
        SUB(false),
        MUL(false),
        MAX(true),
        /** The bits that are set in both. */
        AND(false),
        OR(false),
        XOR(false),
        /** The first operand where the second has any bit set, 0 elsewhere. */
        MASK(false);

        private final boolean large;

        BinaryOperation(boolean large) {
            this.large = large;
        }
    }

    /** z = f(x). */
    record Unary(UnaryOperation operation, Element type, Operand x, Result to) implements VectorInstruction {
        @Override
        public boolean needsLargeAlu() {
            return operation.large;
        }

        @Override
        public Unary advanced(int words, int labels) {
            return new Unary(operation, type, x.advanced(labels), to.advanced(labels));
        }
    }

    /** z = f(x, y). */
    record Binary(BinaryOperation operation, Element type, Operand x, Operand y, Result to)
            implements VectorInstruction {
        @Override
        public boolean needsLargeAlu() {
            return operation.large;
        }

        @Override
        public Binary advanced(int words, int labels) {
            return new Binary(operation, type, x.advanced(labels), y.advanced(labels), to.advanced(labels));
        }
    }

    /** The same number in another type: rounded to nearest even; integers saturate, floats overflow to infinity. */
    record Convert(Element from, Element type, Operand x, Result to) implements VectorInstruction {
        @Override
        public boolean needsLargeAlu() {
            return true;
        }

        @Override
        public Convert advanced(int words, int labels) {
            return new Convert(from, type, x.advanced(labels), to.advanced(labels));
        }
    }
}
