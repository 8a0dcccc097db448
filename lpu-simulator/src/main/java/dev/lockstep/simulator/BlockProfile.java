package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a block does to time wherever it is placed: worked out once, from its entries, without looking at single dispatches. */
final class BlockProfile {
    private static final long NONE = Long.MIN_VALUE;

    /** Everything but activations, whose kind depends on what is installed. */
    final Activity activity = new Activity();

    /** First and last dispatch of every queue, counted from the block's start. */
    final long[] first = new long[Queue.COUNT];

    final long[] last = new long[Queue.COUNT];

    /** Queues with instructions that wait or call. */
    final boolean[] waits = new boolean[Queue.COUNT];

    /** When the last effect is over in the bottom tile, counted from the block's start. */
    long lastEffect = NONE;

    BlockProfile(Block block, Effects effects) {
        Arrays.fill(first, NONE);
        Arrays.fill(last, NONE);
        for (Map.Entry<Queue, List<Entry>> queue : block.queues().entrySet()) {
            int number = queue.getKey().number();
            for (Entry entry : queue.getValue()) {
                Instruction instruction = entry.instruction();
                if (first[number] == NONE) {
                    first[number] = entry.cycle();
                }
                last[number] = entry.lastCycle();
                lastEffect = Math.max(lastEffect, entry.lastCycle() + effects.latency(instruction));
                waits[number] |= waits(instruction);
                if (!(instruction instanceof MatrixInstruction.Activate)) {
                    effects.count(activity, queue.getKey(), instruction, Element.INT8, entry.dispatches());
                }
            }
        }
    }

    /** Whether an instruction waits or calls. */
    static boolean waits(Instruction instruction) {
        return switch (instruction) {
            case ControlInstruction _,
                    LinkInstruction.Deskew _,
                    LinkInstruction.RuntimeDeskew _,
                    LinkInstruction.Transmit _ -> true;
            default -> false;
        };
    }

    boolean uses(int queue) {
        return first[queue] != NONE;
    }
}
