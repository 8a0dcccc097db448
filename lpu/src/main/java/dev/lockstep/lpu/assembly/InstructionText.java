package dev.lockstep.lpu.assembly;

import static dev.lockstep.lpu.assembly.OperandText.print;
import static dev.lockstep.lpu.assembly.OperandText.printLabel;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;

/** Instructions as text. */
public final class InstructionText {
    private InstructionText() {}

    /** The instruction as a line of program text has it. */
    public static String of(Instruction instruction) {
        return switch (instruction) {
            case MemoryInstruction memory -> memory(memory);
            case VectorInstruction vector -> vector(vector);
            case MatrixInstruction matrix -> matrix(matrix);
            case SwitchInstruction move -> move(move);
            case LinkInstruction link -> link(link);
            case ControlInstruction control -> control(control);
        };
    }

    private static String memory(MemoryInstruction instruction) {
        return switch (instruction) {
            case MemoryInstruction.Read(var from, var to) -> "read " + print(from) + " -> " + print(to);
            case MemoryInstruction.Write(var from, var to) -> "write " + print(from) + " -> " + print(to);
            case MemoryInstruction.Gather(var from, var map, var to) ->
                "gather " + print(from) + ", " + print(map) + " -> " + print(to);
            case MemoryInstruction.Scatter(var map, var from, var to) ->
                "scatter " + print(map) + ", " + print(from) + " -> " + print(to);
        };
    }

    private static String vector(VectorInstruction instruction) {
        return switch (instruction) {
            case VectorInstruction.Unary(var operation, var type, var x, var to) ->
                "%s %s %s -> %s".formatted(Words.text(operation), Words.text(type), print(x), print(to));
            case VectorInstruction.Binary(var operation, var type, var x, var y, var to) ->
                "%s %s %s, %s -> %s".formatted(Words.text(operation), Words.text(type), print(x), print(y), print(to));
            case VectorInstruction.Convert(var from, var type, var x, var to) ->
                "convert %s %s %s -> %s".formatted(Words.text(from), Words.text(type), print(x), print(to));
        };
    }

    private static String matrix(MatrixInstruction instruction) {
        return switch (instruction) {
            case MatrixInstruction.LoadWeights(var weights, var first, var group, var label) ->
                "load_weights %s from %d group %d%s"
                        .formatted(Words.text(weights), first, group, label == 0 ? "" : " #" + label);
            case MatrixInstruction.InstallWeights(var weights, var groups) ->
                "install_weights %s groups %d".formatted(Words.text(weights), groups);
            case MatrixInstruction.Activate(var type, var from) ->
                "activate %s %s".formatted(Words.text(type), print(from));
            case MatrixInstruction.Accumulate(var type, var slot, var add, var product, var to) ->
                "accumulate %s %s %d%s%s"
                        .formatted(
                                Words.text(type),
                                add ? "add" : "set",
                                slot,
                                product == 0 ? "" : " " + printLabel(product),
                                to.map(flow -> " -> " + print(flow)).orElse(""));
        };
    }

    private static String move(SwitchInstruction instruction) {
        return switch (instruction) {
            case SwitchInstruction.Distribute(var from, var map, var to) ->
                "distribute %s map %d -> %s".formatted(print(from), map, print(to));
            case SwitchInstruction.Permute(var planes, var from, var map, var to) ->
                "permute %d %s map %d -> %s".formatted(planes, print(from), map, print(to));
            case SwitchInstruction.Shift(var planes, var from, var lanes, var to) ->
                "shift %d %s by %d -> %s".formatted(planes, print(from), lanes, print(to));
            case SwitchInstruction.Transpose(var from, var to) -> "transpose " + print(from) + " -> " + print(to);
            case SwitchInstruction.Rotate(var size, var from, var to) ->
                "rotate %d %s -> %s".formatted(size, print(from), print(to));
        };
    }

    private static String link(LinkInstruction instruction) {
        return switch (instruction) {
            case LinkInstruction.Send(var from) -> "send " + print(from);
            case LinkInstruction.Receive(var expected, var to) ->
                "receive" + (expected == 0 ? "" : " " + printLabel(expected)) + " -> " + print(to);
            case LinkInstruction.Deskew() -> "deskew";
            case LinkInstruction.RuntimeDeskew(var cycles) -> "runtime_deskew " + cycles;
            case LinkInstruction.Transmit() -> "transmit";
        };
    }

    private static String control(ControlInstruction instruction) {
        return switch (instruction) {
            case ControlInstruction.Sync() -> "sync";
            case ControlInstruction.Notify() -> "notify";
            case ControlInstruction.Fetch(var from) -> "fetch " + print(from);
            case ControlInstruction.Configure(var superlanes) -> "configure " + superlanes;
        };
    }
}
