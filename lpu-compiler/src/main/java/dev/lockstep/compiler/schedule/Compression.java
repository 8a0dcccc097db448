package dev.lockstep.compiler.schedule;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.ControlInstruction;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.MatrixInstruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.SwitchInstruction;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.Repeat;
import java.util.ArrayList;
import java.util.List;

/** Turns runs of like instructions into repetitions, first single ones, then runs of repeated ones. */
final class Compression {
    private Compression() {}

    /** @param entries in the order of their cycles */
    static List<Entry> compress(List<Entry> entries) {
        return runs(runs(entries, true), false);
    }

    private static List<Entry> runs(List<Entry> entries, boolean inner) {
        List<Entry> result = new ArrayList<>();
        int i = 0;
        while (i < entries.size()) {
            Entry first = entries.get(i);
            int length = inner && !first.inner().once() ? 1 : run(entries, i);
            if (length < 2) {
                result.add(first);
                i++;
            } else {
                Repeat repeat = step(first, entries.get(i + 1), length);
                result.add(
                        inner
                                ? new Entry(first.cycle(), first.instruction(), repeat)
                                : new Entry(first.cycle(), first.instruction(), first.inner(), repeat));
                i += length;
            }
        }
        return result;
    }

    /** How many entries from {@code start} on are repetitions of the first. */
    private static int run(List<Entry> entries, int start) {
        if (start + 1 >= entries.size()) {
            return 1;
        }
        Entry first = entries.get(start);
        Repeat step = step(first, entries.get(start + 1), 2);
        int length = 1;
        while (start + length < entries.size() && follows(first, entries.get(start + length), step, length)) {
            length++;
        }
        return length;
    }

    private static boolean follows(Entry first, Entry next, Repeat step, int times) {
        if (!next.inner().equals(first.inner())
                || !next.outer().once()
                || !first.outer().once()
                || next.cycle() != first.cycle() + times * step.interval()
                || step.interval() <= first.inner().span()
                || step.labelStep() < 0
                || next.instruction().getClass() != first.instruction().getClass()
                || word(next.instruction()) != word(first.instruction()) + times * step.wordStep()
                || label(next.instruction()) != label(first.instruction()) + times * step.labelStep()) {
            return false;
        }
        return first.instruction()
                .advanced(times * step.wordStep(), times * step.labelStep())
                .equals(next.instruction());
    }

    private static Repeat step(Entry first, Entry second, int count) {
        return new Repeat(
                count,
                Math.max(1, second.cycle() - first.cycle()),
                word(second.instruction()) - word(first.instruction()),
                label(second.instruction()) - label(first.instruction()));
    }

    private static int word(Instruction instruction) {
        return switch (instruction) {
            case MemoryInstruction.Read read -> word(read.from());
            case MemoryInstruction.Write write -> word(write.to());
            case MemoryInstruction.Gather gather -> word(gather.from());
            case MemoryInstruction.Scatter scatter -> word(scatter.to());
            case MatrixInstruction.LoadWeights load -> load.group();
            case MatrixInstruction _,
                    VectorInstruction _,
                    SwitchInstruction _,
                    LinkInstruction _,
                    ControlInstruction _ -> 0;
        };
    }

    private static int word(Address address) {
        return address.word();
    }

    private static int label(Instruction instruction) {
        return switch (instruction) {
            case MemoryInstruction.Read read -> read.to().label();
            case MemoryInstruction.Write write -> write.from().label();
            case MemoryInstruction.Gather gather -> gather.to().label();
            case MemoryInstruction.Scatter scatter -> scatter.from().label();
            case MatrixInstruction.LoadWeights load -> load.label();
            case MatrixInstruction.Activate activate -> activate.from().label();
            case MatrixInstruction.Accumulate accumulate ->
                accumulate.to().map(Flow::label).orElse(accumulate.product());
            case MatrixInstruction.InstallWeights _ -> 0;
            case VectorInstruction vector -> vector.to().label();
            case SwitchInstruction move -> move.to().label();
            case LinkInstruction.Send send -> send.from().label();
            case LinkInstruction.Receive receive -> receive.to().label();
            case LinkInstruction _, ControlInstruction _ -> 0;
        };
    }
}
