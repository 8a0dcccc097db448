package dev.lockstep.host.layout;

import dev.lockstep.tensor.TensorType;
import java.util.Optional;

/** Packed form of plain floats: column after column, 16 rows side by side. */
public enum FloatLayout {
    F32(TensorType.F32, 4),
    F16(TensorType.F16, 2),
    BF16(TensorType.BF16, 2);

    /** Rows side by side in a tile. */
    public static final int ROWS = 16;

    /** Columns that segments of a sum are counted in. */
    public static final int UNIT = 32;

    private final TensorType type;
    private final int elementBytes;

    FloatLayout(TensorType type, int elementBytes) {
        this.type = type;
        this.elementBytes = elementBytes;
    }

    /** The layout of a float type, if the host has one. */
    public static Optional<FloatLayout> of(TensorType type) {
        for (FloatLayout layout : values()) {
            if (layout.type == type) {
                return Optional.of(layout);
            }
        }
        return Optional.empty();
    }

    public int elementBytes() {
        return elementBytes;
    }

    /** Bytes of a column of 16 rows. */
    public int columnBytes() {
        return ROWS * elementBytes;
    }
}
