package dev.lockstep.lpu.isa;

/** What a queue dispatches in one cycle. The package description says what each does and when. */
public sealed interface Instruction
        permits ControlInstruction,
                LinkInstruction,
                MatrixInstruction,
                MemoryInstruction,
                SwitchInstruction,
                VectorInstruction {
    /**
     * The same instruction as a repetition dispatches it.
     *
     * @param words added to the word of a memory instruction, and to the row group of {@link MatrixInstruction.LoadWeights}
     * @param labels added to every label that is not 0, except those of held operands
     */
    Instruction advanced(int words, int labels);
}
