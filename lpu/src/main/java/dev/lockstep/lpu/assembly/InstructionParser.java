package dev.lockstep.lpu.assembly;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import java.util.Optional;

/** Reads what {@link InstructionText} writes. */
final class InstructionParser {
    private static final String ARROW = "->";

    private final Words words;

    InstructionParser(Words words) {
        this.words = words;
    }

    Instruction instruction() {
        String name = words.word("an instruction");
        return switch (name) {
            case "read" -> new MemoryInstruction.Read(address(), target());
            case "write" -> new MemoryInstruction.Write(flow(), targetAddress());
            case "gather" -> new MemoryInstruction.Gather(address(), flow(), target());
            case "scatter" -> new MemoryInstruction.Scatter(flow(), flow(), targetAddress());
            case "convert" -> new VectorInstruction.Convert(element(), element(), OperandText.operand(words), result());
            case "load_weights" -> loadWeights();
            case "install_weights" -> {
                Element weights = element();
                words.expect("groups");
                yield new MatrixInstruction.InstallWeights(weights, words.number("a number of groups"));
            }
            case "activate" -> new MatrixInstruction.Activate(element(), flow());
            case "accumulate" -> accumulate();
            case "distribute" -> new SwitchInstruction.Distribute(flow(), map(), target());
            case "permute" -> new SwitchInstruction.Permute(planes(), flow(), map(), target());
            case "shift" -> {
                int planes = planes();
                Flow from = flow();
                words.expect("by");
                yield new SwitchInstruction.Shift(planes, from, words.number("a number of lanes"), target());
            }
            case "transpose" -> new SwitchInstruction.Transpose(flow(), target());
            case "rotate" -> new SwitchInstruction.Rotate(words.number("a size"), flow(), target());
            case "send" -> new LinkInstruction.Send(flow());
            case "receive" -> new LinkInstruction.Receive(labelBeforeArrow(), OperandText.flow(words.word("a stream")));
            case "deskew" -> new LinkInstruction.Deskew();
            case "runtime_deskew" -> new LinkInstruction.RuntimeDeskew(words.number("a number of cycles"));
            case "transmit" -> new LinkInstruction.Transmit();
            case "sync" -> new ControlInstruction.Sync();
            case "notify" -> new ControlInstruction.Notify();
            case "fetch" -> new ControlInstruction.Fetch(flow());
            case "configure" -> new ControlInstruction.Configure(words.number("a number of superlanes"));
            default -> arithmetic(name);
        };
    }

    private Instruction arithmetic(String name) {
        Optional<UnaryOperation> unary = Words.constant(UnaryOperation.class, name);
        if (unary.isPresent()) {
            return new VectorInstruction.Unary(unary.get(), element(), OperandText.operand(words), result());
        }
        BinaryOperation binary = Words.constant(BinaryOperation.class, name)
                .orElseThrow(() -> new AssemblyException("there is no instruction '" + name + "'"));
        Element type = element();
        Operand x = OperandText.operand(words);
        Operand y = OperandText.operand(words);
        return new VectorInstruction.Binary(binary, type, x, y, result());
    }

    private Instruction loadWeights() {
        Element weights = element();
        words.expect("from");
        int first = words.number("a stream");
        words.expect("group");
        return new MatrixInstruction.LoadWeights(weights, first, words.number("a group"), label());
    }

    private Instruction accumulate() {
        Element type = element();
        String how = words.word("'add' or 'set'");
        if (!how.equals("add") && !how.equals("set")) {
            throw new AssemblyException("an accumulator can 'add' or 'set', not '" + how + "'");
        }
        int slot = words.number("an accumulator");
        int product = 0;
        Optional<Flow> to = Optional.empty();
        while (!words.isEmpty() && !words.at("repeat")) {
            if (words.accept(ARROW)) {
                to = Optional.of(flow());
            } else {
                product = OperandText.label(words.word("a label"));
            }
        }
        return new MatrixInstruction.Accumulate(type, slot, how.equals("add"), product, to);
    }

    private int labelBeforeArrow() {
        if (words.accept(ARROW)) {
            return 0;
        }
        int label = OperandText.label(words.word("a label"));
        words.expect(ARROW);
        return label;
    }

    private int label() {
        return words.isEmpty() || words.at("repeat") ? 0 : OperandText.label(words.word("a label"));
    }

    private int planes() {
        return words.number("a number of streams");
    }

    private int map() {
        words.expect("map");
        return words.number("a map");
    }

    private Element element() {
        return words.constantOf(Element.class, "an element type");
    }

    private Flow flow() {
        return OperandText.flow(words.word("a stream"));
    }

    private Flow target() {
        words.expect(ARROW);
        return flow();
    }

    private Address address() {
        return OperandText.address(words.word("an address"));
    }

    private Address targetAddress() {
        words.expect(ARROW);
        return address();
    }

    private Result result() {
        words.expect(ARROW);
        return OperandText.result(words.word("a result"));
    }
}
