package dev.lockstep.compiler.lower;

import dev.lockstep.lpu.program.Buffer;

/** A text on chips that hold a model: token after token, each by a run of the program of its bucket. */
public final class LpuSequence {
    private final CompiledModel model;
    private final Chips chips;
    private int length;
    private int mostLikely;
    private long predictedCycles;
    private long cycles;

    /** @param chips loaded with the image of {@code model} */
    public LpuSequence(CompiledModel model, Chips chips) {
        this(model, chips, 0);
    }

    /** @param first position of the first token */
    LpuSequence(CompiledModel model, Chips chips, int first) {
        this.model = model;
        this.chips = chips;
        this.length = first;
    }

    /**
     * Appends a token.
     *
     * @return the logits after it
     */
    public float[] append(int token) {
        CompiledModel.TokenProgram step = model.program(length);
        for (Buffer buffer : step.program().buffers()) {
            for (int v = 0; buffer.use() == Buffer.Use.INPUT && v < buffer.vectors(); v++) {
                chips.write(buffer, v, model.input(buffer, v, token, length));
            }
        }
        return run(step);
    }

    /**
     * Appends the token that the chips have chosen last: the host only starts the program, and writes nothing.
     *
     * @throws CompilerException if the first chips do not know it
     */
    public float[] goOn() {
        if (!model.goesOnByItself()) {
            throw new CompilerException(
                    "The chips cannot go on by themselves: the last token is known in another stage, or the embedding"
                            + " table is with the host. Append tokens instead.");
        }
        return run(model.program(length));
    }

    private float[] run(CompiledModel.TokenProgram step) {
        cycles += chips.run(step.program());
        predictedCycles += step.predictedCycles();
        length++;
        float[] logits = new float[model.graph().vocabularySize()];
        for (Buffer buffer : step.program().buffers()) {
            if (buffer.name().equals(TokenCompiler.TOKEN)) {
                mostLikely = chips.read(buffer, 0)[0];
            }
            for (int v = 0; buffer.name().equals(TokenCompiler.LOGITS) && v < buffer.vectors(); v++) {
                model.output(buffer, v, chips.read(buffer, v), logits);
            }
        }
        return logits;
    }

    /** The most likely token after the last one, as the chips chose it. */
    public int mostLikely() {
        return mostLikely;
    }

    /** Tokens so far. */
    public int length() {
        return length;
    }

    /** Cycles of all runs, as the chips counted them. */
    public long cycles() {
        return cycles;
    }

    /** Cycles of all runs, as the schedules have them. */
    public long predictedCycles() {
        return predictedCycles;
    }
}
