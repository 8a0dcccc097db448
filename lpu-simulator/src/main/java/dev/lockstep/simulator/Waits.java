package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Arrays;

/** Until when a queue waits after an instruction, where calls to parked queues come in known cycles. */
final class Waits {
    private final int barrier;
    private final int epoch;
    private final long[] calls;

    /** @param calls cycles of all calls to the chip, in order */
    Waits(Machine machine, long[] calls) {
        barrier = machine.whole(Quantity.BARRIER_CYCLES);
        epoch = machine.whole(Quantity.EPOCH_CYCLES);
        this.calls = calls;
    }

    /** The first cycle in which the queue can dispatch again; {@link Long#MAX_VALUE} if it is parked for ever. */
    long after(Instruction instruction, long cycle) {
        return switch (instruction) {
            case ControlInstruction.Sync _ -> {
                int found = Arrays.binarySearch(calls, cycle);
                int at = found >= 0 ? found : -found - 1;
                yield at == calls.length ? Long.MAX_VALUE : calls[at] + barrier;
            }
            case ControlInstruction.Fetch _ -> cycle + ControlInstruction.Fetch.VECTORS;
            case LinkInstruction.Deskew _ -> (Math.floorDiv(cycle, epoch) + 1) * epoch;
            case LinkInstruction.RuntimeDeskew deskew -> cycle + Math.max(1, deskew.cycles());
            default -> cycle + 1;
        };
    }
}
