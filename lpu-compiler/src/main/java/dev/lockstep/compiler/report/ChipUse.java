package dev.lockstep.compiler.report;

import dev.lockstep.lpu.isa.LinkInstruction;
import dev.lockstep.lpu.isa.Queue;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.Block;
import dev.lockstep.lpu.program.Entry;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * How a chip spends a stretch of cycles.
 *
 * @param computing cycles in which a unit of the chip has something to do, and no vector is on a link to or from it
 * @param both in which both is so
 * @param linking in which vectors are on links and the chip does nothing
 * @param idle in which its own units' latencies are waited for
 * @param loading in which weights or the cache stream into arrays, whatever else happens
 */
record ChipUse(long computing, long both, long linking, long idle, long loading) {
    long cycles() {
        return computing + both + linking + idle;
    }

    static ChipUse of(Block block, Machine machine, long from, long to) {
        int length = Math.toIntExact(to - from);
        BitSet work = new BitSet(length);
        BitSet links = new BitSet(length);
        BitSet loads = new BitSet(length);
        for (Map.Entry<Queue, List<Entry>> queue : block.queues().entrySet()) {
            boolean link = queue.getKey().unit() == Queue.Unit.LINK;
            for (Entry entry : queue.getValue()) {
                int before = link && entry.instruction() instanceof LinkInstruction.Receive ? machine.linkCycles() : 0;
                int after = link && entry.instruction() instanceof LinkInstruction.Send
                        ? machine.whole(Quantity.VECTOR_CYCLES)
                        : 1;
                mark(link ? links : work, entry, from, length, before, after);
                if (queue.getKey().unit() == Queue.Unit.WEIGHTS) {
                    mark(loads, entry, from, length, 0, 1);
                }
            }
        }
        BitSet both = (BitSet) work.clone();
        both.and(links);
        long overlap = both.cardinality();
        long computing = work.cardinality() - overlap;
        long linking = links.cardinality() - overlap;
        return new ChipUse(computing, overlap, linking, length - computing - overlap - linking, loads.cardinality());
    }

    private static void mark(BitSet set, Entry entry, long from, int length, int before, int after) {
        for (int outer = 0; outer < entry.outer().count(); outer++) {
            for (int inner = 0; inner < entry.inner().count(); inner++) {
                long cycle = entry.cycle()
                        + (long) outer * entry.outer().interval()
                        + (long) inner * entry.inner().interval()
                        - from;
                long first = Math.max(0, cycle - before);
                long last = Math.min(length, cycle + after);
                if (first < last) {
                    set.set((int) first, (int) last);
                }
            }
        }
    }
}
