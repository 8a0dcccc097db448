package dev.lockstep.cli;

import dev.lockstep.compiler.lower.CompiledModel;
import dev.lockstep.compiler.lower.LpuCompiler;
import dev.lockstep.formats.ModelFile;
import dev.lockstep.formats.model.ModelFiles;
import dev.lockstep.graph.architecture.Architectures;
import dev.lockstep.graph.architecture.ModelDescription;
import dev.lockstep.graph.architecture.ModelShape;
import dev.lockstep.graph.architecture.WeightTypes;
import dev.lockstep.lpu.binary.ProgramWriter;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;

/** The program that computes one token at the end of a context, written to a file. */
final class TokenProgramFile {
    private TokenProgramFile() {}

    /** @return the schedule that was written */
    static CompiledModel.TokenProgram write(
            String model, Machine machine, int chips, int positions, Element weights, OutputFile file) {
        CompiledModel.TokenProgram token = switch (ModelReference.parse(model)) {
            case ModelReference.File gguf -> {
                try (ModelFile opened = ModelFiles.open(gguf.path())) {
                    yield compile(
                            ModelDescription.of(opened.metadata(), opened.tensors()),
                            machine,
                            chips,
                            positions,
                            weights);
                }
            }
            case ModelReference.Shape shape -> {
                ModelShape known = UsageException.refusing(() -> ModelShape.named(shape.name()));
                yield compile(known.describe(WeightTypes.F16), machine, chips, positions, weights);
            }
        };
        file.write(ProgramWriter.bytes(token.program()));
        return token;
    }

    private static CompiledModel.TokenProgram compile(
            ModelDescription description, Machine machine, int chips, int positions, Element weights) {
        return new LpuCompiler(machine)
                .compile(Architectures.build(description), description.tensors(), chips, positions, weights)
                .program(positions - 1);
    }
}
