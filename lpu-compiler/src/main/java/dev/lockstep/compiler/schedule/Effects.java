package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/** How many cycles after its dispatch an instruction has had its effect. */
public final class Effects {
    private final Machine machine;

    public Effects(Machine machine) {
        this.machine = machine;
    }

    public int after(Instruction instruction) {
        return switch (instruction) {
            case MemoryInstruction.Read _, MemoryInstruction.Gather _ -> machine.whole(Quantity.READ_CYCLES);
            case MemoryInstruction.Write _, MemoryInstruction.Scatter _ -> machine.whole(Quantity.WRITE_CYCLES);
            case VectorInstruction.Unary unary
            when unary.operation().special() -> machine.whole(Quantity.SPECIAL_CYCLES);
            case VectorInstruction _ -> machine.whole(Quantity.ALU_CYCLES);
            case MatrixInstruction.InstallWeights _ -> machine.whole(Quantity.INSTALL_VISIBLE);
            case MatrixInstruction.Activate _ -> machine.whole(Quantity.MULTIPLY_CYCLES);
            case MatrixInstruction.Accumulate accumulate
            when accumulate.to().isPresent() -> machine.whole(Quantity.ACCUMULATE_CYCLES);
            case SwitchInstruction.Distribute _ -> machine.whole(Quantity.DISTRIBUTE_CYCLES);
            case SwitchInstruction.Permute _ -> machine.whole(Quantity.PERMUTE_CYCLES);
            case SwitchInstruction.Shift _, SwitchInstruction.Rotate _ -> machine.whole(Quantity.SHIFT_CYCLES);
            case SwitchInstruction.Transpose _ -> machine.whole(Quantity.TRANSPOSE_CYCLES);
            case LinkInstruction.Send _ -> machine.whole(Quantity.VECTOR_CYCLES);
            case LinkInstruction.Receive _ -> machine.whole(Quantity.RECEIVE_CYCLES);
            case ControlInstruction.Notify _ -> machine.whole(Quantity.BARRIER_CYCLES);
            case MatrixInstruction _, LinkInstruction _, ControlInstruction _ -> 1;
        };
    }
}
