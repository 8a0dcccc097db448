package dev.lockstep.host.program;

import dev.lockstep.host.kernel.QuantPanel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gives every buffer a place such that buffers needed in the same phase do not overlap; several tokens fill whole panels. */
final class ArenaPlan {
    private static final long LINE = 64;

    private ArenaPlan() {}

    /**
     * First fit in the order of first use.
     *
     * @param tokens rows of each buffer
     * @return bytes of the arena
     */
    static long place(List<Slot> slots, int tokens) {
        List<Slot> placed = new ArrayList<>();
        long end = 0;
        for (Slot slot : slots) {
            long size = bytes(slot, tokens);
            long offset = 0;
            for (Slot other : placed) { // ascending offsets
                if (slot.overlaps(other)) {
                    if (offset + size <= other.offset()) {
                        break;
                    }
                    offset = Math.max(offset, other.offset() + bytes(other, tokens));
                }
            }
            slot.place(offset);
            placed.add(slot);
            placed.sort(Comparator.comparingLong(Slot::offset));
            end = Math.max(end, offset + size);
        }
        return end;
    }

    private static long bytes(Slot slot, int tokens) {
        int ofPanel = QuantPanel.tokens(tokens);
        int rows = (tokens + ofPanel - 1) / ofPanel * ofPanel;
        return ((long) rows * slot.rowBytes() + LINE - 1) / LINE * LINE;
    }
}
