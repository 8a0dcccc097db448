package dev.lockstep.compiler.layout;

/**
 * What the slices of a hemisphere are used for. Sixteen pairs feed the matrix unit: they hold weights, keys and values, row r of a
 * group in pair r. The slices next to the vector unit hold everything else.
 */
public final class Slices {
    /** Slices next to the vector unit: three groups of four, one for each byte of a float. */
    public static final int WORK = 12;

    /** First slice of the sixteen pairs. */
    public static final int ARRAY = WORK;

    /** Rows that are loaded together, each from a pair of its own. */
    public static final int PAIRS = 16;

    /** Rows that are loaded together and stand aside, in slices next to the vector unit. */
    public static final int ASIDE = 8;

    private Slices() {}

    /** The slice that holds byte plane {@code plane} of rows {@code r, r + 16, ...}. */
    public static int array(int row, int plane) {
        return ARRAY + 2 * (row % PAIRS) + plane;
    }

    /** The slice that holds rows {@code r, r + 16, ...} of INT8 weights of a plane. */
    public static int array8(int row, int plane) {
        return ARRAY + PAIRS * plane + row % PAIRS;
    }

    /** The slice that holds rows {@code r, r + 16, ...} of INT8 weights that stand aside: the middle one of the groups of four is left to results and scales. */
    public static int aside(int row) {
        int index = row % PAIRS;
        return index < quad(1) ? index : index + quad(1);
    }

    /** Whether a row of weights that stand aside is used. */
    public static boolean usedAside(int row) {
        return row % PAIRS < ASIDE;
    }

    /** The first slice of a group of four. */
    public static int quad(int index) {
        return 4 * index;
    }
}
