package dev.lockstep.host.program;

import dev.lockstep.graph.RowKind;

/**
 * A buffer of one row per token. A row has one or several parts (one per chosen expert) of equal size. Where it lies, and from
 * which phase to which it is needed, is found while the program is built.
 */
final class Slot {
    private final String name;
    private final RowKind kind;
    private final int parts;
    private final int partWidth;
    private final int partBytes;
    private final Cut cut;
    private final int firstPhase;
    private int lastPhase;
    private long offset = -1;

    Slot(String name, RowKind kind, int parts, int partWidth, int partBytes, Cut cut, int phase) {
        this.name = name;
        this.kind = kind;
        this.parts = parts;
        this.partWidth = partWidth;
        this.partBytes = partBytes;
        this.cut = cut;
        this.firstPhase = phase;
        this.lastPhase = phase;
    }

    RowKind kind() {
        return kind;
    }

    int parts() {
        return parts;
    }

    /** Elements of a part. */
    int partWidth() {
        return partWidth;
    }

    int partBytes() {
        return partBytes;
    }

    int rowBytes() {
        return parts * partBytes;
    }

    /** How its elements were cut over the cores when they were computed. */
    Cut cut() {
        return cut;
    }

    /** Whether every core has its own. */
    boolean isPrivate() {
        return cut == Cut.REPLICATED;
    }

    int firstPhase() {
        return firstPhase;
    }

    int lastPhase() {
        return lastPhase;
    }

    void usedIn(int phase) {
        lastPhase = Math.max(lastPhase, phase);
    }

    /** Bytes from the start of the shared arena, or of the core's private one. */
    long offset() {
        return offset;
    }

    void place(long offset) {
        this.offset = offset;
    }

    /** Whether both are needed in some phase. */
    boolean overlaps(Slot other) {
        return firstPhase <= other.lastPhase && other.firstPhase <= lastPhase;
    }

    @Override
    public String toString() {
        return name;
    }
}
