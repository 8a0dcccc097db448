package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.isa.Flow;
import dev.lockstep.lpu.isa.Instruction;
import dev.lockstep.lpu.isa.MemoryInstruction;
import dev.lockstep.lpu.isa.Operand;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.isa.Result;
import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import dev.lockstep.lpu.isa.VectorInstruction.UnaryOperation;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.Repeat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Chips of a node that do the same in the same cycle. */
final class Group {
    private final Scheduler scheduler;
    private final Geometry geometry;
    private final List<ChipBuilder> chips;

    Group(Scheduler scheduler, List<ChipBuilder> chips) {
        this.scheduler = scheduler;
        this.geometry = scheduler.geometry();
        this.chips = List.copyOf(chips);
    }

    void put(Queue queue, long cycle, Instruction instruction) {
        put(queue, cycle, instruction, Repeat.ONCE, Repeat.ONCE);
    }

    void put(Queue queue, long cycle, Instruction instruction, Repeat inner, Repeat outer) {
        Entry entry = new Entry(Math.toIntExact(cycle), instruction, inner, outer);
        for (ChipBuilder chip : chips) {
            chip.put(queue, entry);
        }
    }

    // Memory. A value of several bytes lies in as many slices, plane by plane.

    /** Reads a value so that it flows inward with a key. */
    void readInward(Hemisphere hemisphere, Place place, int stream, int label, long w) {
        for (int plane = 0; plane < place.slices().size(); plane++) {
            int slice = place.slices().get(plane);
            Flow to = new Flow(Geometry.in(hemisphere, stream), label).plane(plane);
            put(
                    Queue.memory(hemisphere, slice),
                    w - geometry.memory(slice) - geometry.read,
                    new MemoryInstruction.Read(Address.of(place.word()), to));
        }
    }

    /** Reads a value so that it flows outward with a key. */
    void readOutward(Hemisphere hemisphere, Place place, int stream, int label, long u) {
        for (int plane = 0; plane < place.slices().size(); plane++) {
            int slice = place.slices().get(plane);
            Flow to = new Flow(Geometry.out(hemisphere, stream), label).plane(plane);
            put(
                    Queue.memory(hemisphere, slice),
                    u + geometry.memory(slice) - geometry.read,
                    new MemoryInstruction.Read(Address.of(place.word()), to));
        }
    }

    void writeInward(Hemisphere hemisphere, Place place, int stream, int label, long w) {
        for (int plane = 0; plane < place.slices().size(); plane++) {
            int slice = place.slices().get(plane);
            Flow from = new Flow(Geometry.in(hemisphere, stream), label).plane(plane);
            put(
                    Queue.memory(hemisphere, slice),
                    w - geometry.memory(slice),
                    new MemoryInstruction.Write(from, Address.of(place.word())));
        }
    }

    void writeOutward(Hemisphere hemisphere, Place place, int stream, int label, long u) {
        for (int plane = 0; plane < place.slices().size(); plane++) {
            int slice = place.slices().get(plane);
            Flow from = new Flow(Geometry.out(hemisphere, stream), label).plane(plane);
            put(
                    Queue.memory(hemisphere, slice),
                    u + geometry.memory(slice),
                    new MemoryInstruction.Write(from, Address.of(place.word())));
        }
    }

    // Vector unit. Every operation takes three cycles; its result stays until the last cycle that is named.

    Kept unary(UnaryOperation operation, Element type, Operand x, long cycle, long until) {
        return operate(large(operation), cycle, until, to -> new VectorInstruction.Unary(operation, type, x, to), null);
    }

    Kept unary(UnaryOperation operation, Element type, Operand x, long cycle, long until, Stream out) {
        return operate(large(operation), cycle, until, to -> new VectorInstruction.Unary(operation, type, x, to), out);
    }

    Kept binary(BinaryOperation operation, Operand x, Operand y, long cycle, long until) {
        return operate(
                operation == BinaryOperation.MAX,
                cycle,
                until,
                to -> new VectorInstruction.Binary(operation, Element.FP32, x, y, to),
                null);
    }

    Kept binary(BinaryOperation operation, Operand x, Operand y, long cycle, long until, Stream out) {
        return operate(
                operation == BinaryOperation.MAX,
                cycle,
                until,
                to -> new VectorInstruction.Binary(operation, Element.FP32, x, y, to),
                out);
    }

    Kept widen(Operand x, long cycle, long until) {
        return operate(
                true, cycle, until, to -> new VectorInstruction.Convert(Element.FP16, Element.FP32, x, to), null);
    }

    Kept convert(Element from, Element to, Operand x, long cycle, long until) {
        return operate(true, cycle, until, result -> new VectorInstruction.Convert(from, to, x, result), null);
    }

    Kept convert(Element from, Element to, Operand x, long cycle, long until, Stream out) {
        return operate(true, cycle, until, result -> new VectorInstruction.Convert(from, to, x, result), out);
    }

    /** The same result again and again, cycle after cycle, onto streams. */
    void repeat(Element type, Kept kept, long cycle, int times, Stream out, int label) {
        Operand held = new Operand.OfAlu(kept.alu(), kept.label(), true);
        VectorInstruction copy =
                new VectorInstruction.Unary(UnaryOperation.COPY, type, held, Result.onto(new Flow(out, label)));
        long last = cycle + times - 1;
        for (int alu = 0; alu < Queue.Unit.ALU.count(); alu++) {
            if (available(alu, cycle, last + geometry.alu) && idle(alu, cycle, last)) {
                for (ChipBuilder chip : chips) {
                    chip.hold(alu, cycle, last + geometry.alu);
                }
                put(Queue.alu(alu), cycle, copy, new Repeat(times, 1, 0, 0), Repeat.ONCE);
                return;
            }
        }
        throw new Conflict("all ALUs from cycle " + cycle + " to " + last);
    }

    private boolean idle(int alu, long first, long last) {
        return chips.stream().allMatch(chip -> chip.idle(Queue.alu(alu), first, last));
    }

    Kept narrow(Operand x, long cycle, long until) {
        return operate(
                true, cycle, until, to -> new VectorInstruction.Convert(Element.FP32, Element.FP16, x, to), null);
    }

    Kept narrow(Operand x, long cycle, long until, Stream out) {
        return operate(true, cycle, until, to -> new VectorInstruction.Convert(Element.FP32, Element.FP16, x, to), out);
    }

    /** FP16 of an FP32 value, onto streams, with a label that other chips expect. */
    Kept narrow(Operand x, long cycle, long until, Stream out, int label) {
        Function<Result, VectorInstruction> narrow =
                to -> new VectorInstruction.Convert(Element.FP32, Element.FP16, x, to);
        return operate(true, cycle, until, narrow, out, label);
    }

    /** Once more what an ALU has kept, onto streams, with a label that other chips expect. */
    Kept copy(Element type, Operand x, long cycle, Stream out, int label) {
        Function<Result, VectorInstruction> copy = to -> new VectorInstruction.Unary(UnaryOperation.COPY, type, x, to);
        return operate(false, cycle, cycle, copy, out, label);
    }

    /** The same operation in the same ALU of each chip, with an operand that differs from chip to chip. */
    Kept widenEach(List<Operand> operands, long cycle, long until) {
        int alu = alu(cycle, true, Math.max(until, cycle + geometry.alu));
        int label = scheduler.label();
        for (int chip = 0; chip < chips.size(); chip++) {
            VectorInstruction widen =
                    new VectorInstruction.Convert(Element.FP16, Element.FP32, operands.get(chip), Result.kept(label));
            chips.get(chip).put(Queue.alu(alu), new Entry(Math.toIntExact(cycle), widen));
        }
        return new Kept(alu, label, cycle + geometry.alu);
    }

    /** An ALU that is to be fed by {@link #again} from one cycle on, and whose last result stays. */
    Kept reserve(boolean large, long cycle, long until, Function<Result, VectorInstruction> first) {
        return operate(large, cycle, until, first, null);
    }

    /** Another operation of a reserved ALU. */
    Kept again(Kept alu, long cycle, Function<Result, VectorInstruction> operation) {
        int label = scheduler.label();
        put(Queue.alu(alu.alu()), cycle, operation.apply(Result.kept(label)));
        return new Kept(alu.alu(), label, cycle + geometry.alu);
    }

    /** What an ALU keeps is used for the last time in a cycle, sooner than was said. */
    void release(Kept kept, long cycle) {
        for (ChipBuilder chip : chips) {
            chip.release(kept.alu(), kept.ready() - geometry.alu, Math.max(cycle, kept.ready()));
        }
    }

    private Kept operate(
            boolean large,
            long cycle,
            long until,
            Function<Result, VectorInstruction> operation,
            @Nullable Stream out) {
        return operate(large, cycle, until, operation, out, scheduler.label());
    }

    private Kept operate(
            boolean large,
            long cycle,
            long until,
            Function<Result, VectorInstruction> operation,
            @Nullable Stream out,
            int label) {
        int alu = alu(cycle, large, Math.max(until, cycle + geometry.alu));
        Result result = out == null ? Result.kept(label) : Result.onto(new Flow(out, label));
        put(Queue.alu(alu), cycle, operation.apply(result));
        return new Kept(alu, label, cycle + geometry.alu);
    }

    private int alu(long cycle, boolean large, long until) {
        for (int pass = large ? 1 : 0; pass < 2; pass++) {
            for (int alu = 0; alu < Queue.Unit.ALU.count(); alu++) {
                if (Queue.alu(alu).largeAlu() == (pass == 1) && available(alu, cycle, until)) {
                    for (ChipBuilder chip : chips) {
                        chip.hold(alu, cycle, until);
                    }
                    return alu;
                }
            }
        }
        throw new Conflict("all " + (large ? "large " : "") + "ALUs in cycle " + cycle);
    }

    private boolean available(int alu, long cycle, long until) {
        for (ChipBuilder chip : chips) {
            if (!chip.available(alu, cycle, until)) {
                return false;
            }
        }
        return true;
    }

    private static boolean large(UnaryOperation operation) {
        return switch (operation) {
            case COPY, NEGATE -> false;
            case RELU, EXP2, RSQRT, TANH -> true;
        };
    }
}
