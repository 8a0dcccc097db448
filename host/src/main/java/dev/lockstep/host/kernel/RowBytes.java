package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;

/** Bytes that kernels expect a row to take. */
public final class RowBytes {
    private RowBytes() {}

    /** Bytes of a row of {@code width} elements in programs for at most {@code capacity} tokens; of a row that is rounded, what it takes of a whole panel. */
    public static int of(RowKind kind, int width, int capacity) {
        return switch (kind) {
            case F32 -> FloatRow.bytes(width);
            case Q8, Q16 -> {
                int tokens = QuantPanel.tokens(capacity);
                yield QuantPanel.of(kind, width, tokens).bytes() / tokens;
            }
            case CHOICE -> RouteKernel.rowBytes(width);
        };
    }
}
