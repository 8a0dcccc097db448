package dev.lockstep.compiler.lower;

/** Numbers of the bases that addresses of a block refer to. */
final class Bases {
    static final int WEIGHTS = 0;
    static final int CONSTANTS = 1;
    static final int CACHES = 2;

    private static final int FIRST_SHARE = 3;

    private Bases() {}

    /** Where the share of the residual row begins that belongs to the chip at a port; port -1 is the chip itself. */
    static int residualShare(int port) {
        return FIRST_SHARE + 1 + port;
    }

    /** The same in a gathered row of the segment. */
    static int gatheredShare(int row, int port, int chips) {
        return FIRST_SHARE + (1 + row) * chips + 1 + port;
    }

    /** @param rows that the segment gathers */
    static int count(int chips, int rows) {
        return chips == 1 ? FIRST_SHARE : FIRST_SHARE + (1 + rows) * chips;
    }
}
