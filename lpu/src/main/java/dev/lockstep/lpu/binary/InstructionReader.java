package dev.lockstep.lpu.binary;

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
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Direction;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** Decodes what {@link InstructionWriter} writes. */
final class InstructionReader {
    private final ByteSource source;
    private final IntSupplier labels;
    private final Supplier<Address> addresses;

    /** @param labels yields 0 where they have been stripped */
    InstructionReader(ByteSource source, IntSupplier labels, Supplier<Address> addresses) {
        this.source = source;
        this.labels = labels;
        this.addresses = addresses;
    }

    Instruction read() {
        return switch (source.constant(Opcode.class)) {
            case READ -> new MemoryInstruction.Read(address(), flow());
            case WRITE -> new MemoryInstruction.Write(flow(), address());
            case GATHER -> new MemoryInstruction.Gather(address(), flow(), flow());
            case SCATTER -> new MemoryInstruction.Scatter(flow(), flow(), address());
            case UNARY ->
                new VectorInstruction.Unary(
                        source.constant(VectorInstruction.UnaryOperation.class), element(), operand(), result());
            case BINARY ->
                new VectorInstruction.Binary(
                        source.constant(VectorInstruction.BinaryOperation.class),
                        element(),
                        operand(),
                        operand(),
                        result());
            case CONVERT -> new VectorInstruction.Convert(element(), element(), operand(), result());
            case LOAD_WEIGHTS ->
                new MatrixInstruction.LoadWeights(element(), source.number(), source.number(), labels.getAsInt());
            case INSTALL_WEIGHTS -> new MatrixInstruction.InstallWeights(element(), source.signed());
            case ACTIVATE -> new MatrixInstruction.Activate(element(), flow());
            case ACCUMULATE ->
                new MatrixInstruction.Accumulate(
                        element(),
                        source.signed(),
                        flag(),
                        labels.getAsInt(),
                        flag() ? Optional.of(flow()) : Optional.empty());
            case DISTRIBUTE -> {
                int map = source.signed();
                yield new SwitchInstruction.Distribute(flow(), map, flow());
            }
            case PERMUTE -> {
                int planes = source.signed();
                int map = source.signed();
                yield new SwitchInstruction.Permute(planes, flow(), map, flow());
            }
            case SHIFT -> {
                int planes = source.signed();
                int lanes = source.signed();
                yield new SwitchInstruction.Shift(planes, flow(), lanes, flow());
            }
            case TRANSPOSE -> new SwitchInstruction.Transpose(flow(), flow());
            case ROTATE -> new SwitchInstruction.Rotate(source.number(), flow(), flow());
            case SEND -> new LinkInstruction.Send(flow());
            case RECEIVE -> new LinkInstruction.Receive(labels.getAsInt(), flow());
            case DESKEW -> new LinkInstruction.Deskew();
            case RUNTIME_DESKEW -> new LinkInstruction.RuntimeDeskew(source.signed());
            case TRANSMIT -> new LinkInstruction.Transmit();
            case SYNC -> new ControlInstruction.Sync();
            case NOTIFY -> new ControlInstruction.Notify();
            case FETCH -> new ControlInstruction.Fetch(flow());
            case CONFIGURE -> new ControlInstruction.Configure(source.signed());
        };
    }

    private Operand operand() {
        return switch (source.constant(OperandCode.class)) {
            case STREAM -> new Operand.OfStream(flow());
            case ALU -> new Operand.OfAlu(source.signed(), labels.getAsInt(), false);
            case HELD_ALU -> new Operand.OfAlu(source.signed(), labels.getAsInt(), true);
            case CONSTANT -> new Operand.Constant(source.bits());
        };
    }

    private Result result() {
        return new Result(labels.getAsInt(), flag() ? Optional.of(stream()) : Optional.empty());
    }

    private Flow flow() {
        return new Flow(stream(), labels.getAsInt());
    }

    private Stream stream() {
        int code = source.number();
        return new Stream(Direction.values()[code % 2], code / 2);
    }

    private Address address() {
        return addresses.get();
    }

    private Element element() {
        return source.constant(Element.class);
    }

    private boolean flag() {
        int flag = source.number();
        if (flag > 1) {
            throw new BinaryException("has " + flag + " where 0 or 1 belongs");
        }
        return flag == 1;
    }
}
