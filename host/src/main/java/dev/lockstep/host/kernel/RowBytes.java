package dev.lockstep.host.kernel;

import dev.lockstep.graph.RowKind;

/** Bytes that kernels expect a row to take. */
public final class RowBytes {
    private RowBytes() {}

    /** Bytes of a row of {@code width} elements. */
    public static int of(RowKind kind, int width) {
        return switch (kind) {
            case F32 -> FloatRow.bytes(width);
            case Q8, Q16 -> QuantPanel.of(kind, width, 1).bytes();
            case CHOICE -> RouteKernel.rowBytes(width);
        };
    }
}
