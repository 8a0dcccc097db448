package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;

/** Bytes that kernels expect a row to take. */
public final class RowBytes {
    private RowBytes() {}

    /** Bytes of a row of {@code width} elements; of a row that is rounded, what it takes of a whole panel, which is no less than alone. */
    public static int of(RowKind kind, int width) {
        return switch (kind) {
            case F32 -> FloatRow.bytes(width);
            case Q8, Q16 -> QuantPanel.of(kind, width, QuantPanel.TOKENS).bytes() / QuantPanel.TOKENS;
            case CHOICE -> RouteKernel.rowBytes(width);
        };
    }
}
