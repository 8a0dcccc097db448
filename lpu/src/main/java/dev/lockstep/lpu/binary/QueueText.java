package dev.lockstep.lpu.binary;

import dev.lockstep.lpu.isa.Address;
import dev.lockstep.lpu.isa.IsaException;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.lpu.program.Placement;
import dev.lockstep.lpu.program.Repeat;
import java.util.List;

/**
 * The text of a queue as it lies in memory and in the queue: all that the queue dispatches in a run, without blocks and labels, with absolute addresses.
 * For each instruction that is
 *
 * <pre>
 * 4 * cycles since the end of the one before (the NOPs) + 1 if there is an inner repetition + 2 if there is an outer one,
 * instruction (an address is a word, in 2 bytes), for each repetition: dispatches - 1, interval, step of words (signed)
 * </pre>
 *
 * <p>with numbers as in a file. The first number of a placed block takes 4 bytes even if fewer would do, so that a block's text is as long wherever it is placed.
 */
public final class QueueText {
    private static final int INNER = 1;
    private static final int OUTER = 2;
    private static final int NOP_SHIFT = 2;
    private static final int FIRST_BYTES = 4;
    private static final int ADDRESS_BYTES = 2;
    private static final int LARGEST_WORD = (1 << 7 * ADDRESS_BYTES) - 1;

    private final ByteSink sink = new ByteSink();
    private List<Integer> bases = List.of();
    private final InstructionWriter instructions = new InstructionWriter(sink, _ -> {}, this::address);

    private QueueText() {}

    /** All of it. */
    public static byte[] of(LpuProgram program, int chip, Queue queue) {
        QueueText text = new QueueText();
        long free = 0;
        for (Placement placement : program.chips().get(chip)) {
            text.bases = placement.bases();
            Block block = program.blocks().get(placement.block());
            boolean first = true;
            for (Entry entry : block.entries(queue)) {
                text.sink.padded(lead(entry, placement.start() + entry.cycle() - free), first ? FIRST_BYTES : 1);
                text.body(entry);
                free = placement.start() + entry.lastCycle() + 1;
                first = false;
            }
        }
        return text.sink.bytes();
    }

    /** Bytes of the NOPs before the first instruction of a queue in a block. */
    public static int firstNopBytes() {
        return FIRST_BYTES;
    }

    /** Bytes of the NOPs of an instruction that comes so many cycles after the end of another one of its block. */
    public static int nopBytes(Entry entry, long cycles) {
        return ByteSink.size(lead(entry, cycles));
    }

    /** Bytes of an instruction and its repetitions, without NOPs. */
    public static int bytes(Entry entry) {
        QueueText text = new QueueText();
        text.body(entry);
        return text.sink.size();
    }

    private static long lead(Entry entry, long nops) {
        return nops << NOP_SHIFT
                | (entry.inner().once() ? 0 : INNER)
                | (entry.outer().once() ? 0 : OUTER);
    }

    private void body(Entry entry) {
        instructions.write(entry.instruction());
        repeat(entry.inner());
        repeat(entry.outer());
    }

    private void repeat(Repeat repeat) {
        if (!repeat.once()) {
            sink.number(repeat.count() - 1L);
            sink.number(repeat.interval());
            sink.signed(repeat.wordStep());
        }
    }

    private void address(Address address) {
        boolean based = address.base() != Address.ABSOLUTE && address.base() < bases.size();
        int word = address.word() + (based ? bases.get(address.base()) : 0);
        if (word < 0 || word > LARGEST_WORD) {
            throw new IsaException(
                    "Program text has no room for word " + word + ". Words are 0 to " + LARGEST_WORD + ".");
        }
        sink.padded(word, ADDRESS_BYTES);
    }
}
