package dev.lockstep.lpu.binary;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.ControlInstruction;
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

/** Encodes instructions; labels go to a sink of their own. */
final class InstructionWriter {
    private final ByteSink sink;
    private final LabelSink labels;
    private final AddressSink addresses;

    /** Takes labels in the order in which {@link InstructionReader} wants them back. */
    interface LabelSink {
        void label(int label);
    }

    /** Takes addresses where they stand. */
    interface AddressSink {
        void address(Address address);
    }

    InstructionWriter(ByteSink sink, LabelSink labels, AddressSink addresses) {
        this.sink = sink;
        this.labels = labels;
        this.addresses = addresses;
    }

    void write(Instruction instruction) {
        switch (instruction) {
            case MemoryInstruction memory -> memory(memory);
            case VectorInstruction vector -> vector(vector);
            case MatrixInstruction matrix -> matrix(matrix);
            case SwitchInstruction move -> move(move);
            case LinkInstruction link -> link(link);
            case ControlInstruction control -> control(control);
        }
    }

    private void memory(MemoryInstruction instruction) {
        switch (instruction) {
            case MemoryInstruction.Read(var from, var to) -> {
                constant(Opcode.READ);
                address(from);
                flow(to);
            }
            case MemoryInstruction.Write(var from, var to) -> {
                constant(Opcode.WRITE);
                flow(from);
                address(to);
            }
            case MemoryInstruction.Gather(var from, var map, var to) -> {
                constant(Opcode.GATHER);
                address(from);
                flow(map);
                flow(to);
            }
            case MemoryInstruction.Scatter(var map, var from, var to) -> {
                constant(Opcode.SCATTER);
                flow(map);
                flow(from);
                address(to);
            }
        }
    }

    private void vector(VectorInstruction instruction) {
        switch (instruction) {
            case VectorInstruction.Unary(var operation, var type, var x, var to) -> {
                constant(Opcode.UNARY);
                constant(operation);
                constant(type);
                operand(x);
                result(to);
            }
            case VectorInstruction.Binary(var operation, var type, var x, var y, var to) -> {
                constant(Opcode.BINARY);
                constant(operation);
                constant(type);
                operand(x);
                operand(y);
                result(to);
            }
            case VectorInstruction.Convert(var from, var type, var x, var to) -> {
                constant(Opcode.CONVERT);
                constant(from);
                constant(type);
                operand(x);
                result(to);
            }
        }
    }

    private void matrix(MatrixInstruction instruction) {
        switch (instruction) {
            case MatrixInstruction.LoadWeights(var weights, var first, var group, var label) -> {
                constant(Opcode.LOAD_WEIGHTS);
                constant(weights);
                sink.number(first);
                sink.number(group);
                labels.label(label);
            }
            case MatrixInstruction.InstallWeights(var weights, var groups) -> {
                constant(Opcode.INSTALL_WEIGHTS);
                constant(weights);
                sink.signed(groups);
            }
            case MatrixInstruction.Activate(var type, var from) -> {
                constant(Opcode.ACTIVATE);
                constant(type);
                flow(from);
            }
            case MatrixInstruction.Accumulate(var type, var slot, var add, var product, var to) -> {
                constant(Opcode.ACCUMULATE);
                constant(type);
                sink.signed(slot);
                sink.number(add ? 1 : 0);
                labels.label(product);
                sink.number(to.isPresent() ? 1 : 0);
                to.ifPresent(this::flow);
            }
        }
    }

    private void move(SwitchInstruction instruction) {
        switch (instruction) {
            case SwitchInstruction.Distribute distribute -> {
                constant(Opcode.DISTRIBUTE);
                sink.signed(distribute.map());
            }
            case SwitchInstruction.Permute permute -> {
                constant(Opcode.PERMUTE);
                sink.signed(permute.planes());
                sink.signed(permute.map());
            }
            case SwitchInstruction.Shift shift -> {
                constant(Opcode.SHIFT);
                sink.signed(shift.planes());
                sink.signed(shift.lanes());
            }
            case SwitchInstruction.Transpose _ -> constant(Opcode.TRANSPOSE);
            case SwitchInstruction.Rotate rotate -> {
                constant(Opcode.ROTATE);
                sink.number(rotate.size());
            }
        }
        flow(instruction.from());
        flow(instruction.to());
    }

    private void link(LinkInstruction instruction) {
        switch (instruction) {
            case LinkInstruction.Send(var from) -> {
                constant(Opcode.SEND);
                flow(from);
            }
            case LinkInstruction.Receive(var expected, var to) -> {
                constant(Opcode.RECEIVE);
                labels.label(expected);
                flow(to);
            }
            case LinkInstruction.Deskew() -> constant(Opcode.DESKEW);
            case LinkInstruction.RuntimeDeskew(var cycles) -> {
                constant(Opcode.RUNTIME_DESKEW);
                sink.signed(cycles);
            }
            case LinkInstruction.Transmit() -> constant(Opcode.TRANSMIT);
        }
    }

    private void control(ControlInstruction instruction) {
        switch (instruction) {
            case ControlInstruction.Sync() -> constant(Opcode.SYNC);
            case ControlInstruction.Notify() -> constant(Opcode.NOTIFY);
            case ControlInstruction.Fetch(var from) -> {
                constant(Opcode.FETCH);
                flow(from);
            }
            case ControlInstruction.Configure(var superlanes) -> {
                constant(Opcode.CONFIGURE);
                sink.signed(superlanes);
            }
        }
    }

    private void operand(Operand operand) {
        switch (operand) {
            case Operand.OfStream(var from) -> {
                constant(OperandCode.STREAM);
                flow(from);
            }
            case Operand.OfAlu(var alu, var label, var held) -> {
                constant(held ? OperandCode.HELD_ALU : OperandCode.ALU);
                sink.signed(alu);
                labels.label(label);
            }
            case Operand.Constant(var bits) -> {
                constant(OperandCode.CONSTANT);
                sink.bits(bits);
            }
        }
    }

    private void result(Result result) {
        labels.label(result.label());
        sink.number(result.stream().isPresent() ? 1 : 0);
        result.stream().ifPresent(this::stream);
    }

    private void flow(Flow flow) {
        stream(flow.stream());
        labels.label(flow.label());
    }

    private void stream(Stream stream) {
        sink.number(2L * stream.number() + stream.direction().ordinal());
    }

    private void address(Address address) {
        addresses.address(address);
    }

    private void constant(Enum<?> constant) {
        sink.number(constant.ordinal());
    }
}
