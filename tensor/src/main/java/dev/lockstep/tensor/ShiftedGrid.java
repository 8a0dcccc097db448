package dev.lockstep.tensor;

/** Codes of values -1, 0 and 1 from a {@link Grid}, shifted by an eighth: a level, plus 8 where the shift is down. The table holds eighths. */
final class ShiftedGrid {
    static final byte[] TABLE = {-7, 1, 9, 0, 0, 0, 0, 0, -9, -1, 7, 0, 0, 0, 0, 0};

    private static final int DOWN = 8;
    private static final Grid GRID = new Grid("IQ1_S", 2);

    private ShiftedGrid() {}

    /** The codes of eight elements. */
    static void put(int entry, boolean down, byte[] codes, int at) {
        for (int i = 0; i < 8; i++) {
            codes[at + i] = (byte) (GRID.level(entry, i) | (down ? DOWN : 0));
        }
    }
}
