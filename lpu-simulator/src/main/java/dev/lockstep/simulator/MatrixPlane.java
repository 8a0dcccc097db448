package dev.lockstep.simulator;

import dev.lockstep.lpu.isa.Element;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a plane of the matrix unit holds: weights that are being loaded, weights that multiply, products on their way, accumulators. */
final class MatrixPlane {
    final int rows;
    private final int lanes;

    /** Rows of the weight buffer; where FP16 gangs planes, the low bytes are in plane 0. */
    byte[] buffer;

    byte[] active;
    private byte[] installed;

    /** Rows of the active weights from here on are 0. */
    int activeRows;

    /** Whether no active weight is infinite or NaN. */
    boolean activeFinite;

    /** The same of the buffer. */
    boolean bufferFinite = true;

    private int installedRows;
    private boolean installedFinite;

    final boolean[] loaded;

    @Nullable
    Element loadedType;

    @Nullable
    Element activeType;

    private @Nullable Element installedType;
    private boolean installing;
    private long installCycle;

    long busyUntil = Long.MIN_VALUE;

    private final int[][] products;
    private final long[] arrivals;
    private final int[] productLabels;
    private final Element[] productTypes;
    private int firstProduct;
    private int productCount;

    final int[][] accumulators;
    final boolean[] accumulated;

    MatrixPlane(Machine machine) {
        rows = machine.whole(Quantity.PLANE_ROWS);
        lanes = machine.lanes();
        buffer = new byte[rows * lanes];
        active = new byte[rows * lanes];
        installed = new byte[rows * lanes];
        loaded = new boolean[(rows + 15) / 16];
        int inFlight = machine.whole(Quantity.MULTIPLY_CYCLES) + 2;
        products = new int[inFlight][rows];
        arrivals = new long[inFlight];
        productLabels = new int[inFlight];
        productTypes = new Element[inFlight];
        accumulators = new int[machine.whole(Quantity.ACCUMULATORS)][rows];
        accumulated = new boolean[accumulators.length];
    }

    /** Makes the buffer the weights of activations that come later, and starts an empty one. */
    void install(Element type, int groups, long cycle) {
        promote(Long.MAX_VALUE);
        byte[] free = installed;
        installed = buffer;
        buffer = free;
        installedRows = Math.min(rows, groups * 16);
        Arrays.fill(installed, installedRows * lanes, rows * lanes, (byte) 0);
        installedFinite = bufferFinite;
        bufferFinite = true;
        installedType = type;
        installing = true;
        installCycle = cycle;
        Arrays.fill(loaded, false);
        loadedType = null;
    }

    /** Whether weights installed before this cycle are not visible in it yet. */
    boolean settling(long cycle, int visible) {
        return installing && cycle > installCycle && cycle < installCycle + visible;
    }

    /** Lets weights that were installed before a cycle multiply. */
    void promote(long cycle) {
        if (installing && cycle > installCycle) {
            byte[] free = active;
            active = installed;
            installed = free;
            activeType = installedType;
            activeRows = installedRows;
            activeFinite = installedFinite;
            installing = false;
        }
    }

    /** The buffer for the next product, or null if too many are on their way. */
    int @Nullable [] nextProduct(long arrival, int label, Element type) {
        if (productCount == products.length) {
            return null;
        }
        int at = (firstProduct + productCount++) % products.length;
        arrivals[at] = arrival;
        productLabels[at] = label;
        productTypes[at] = type;
        return products[at];
    }

    boolean hasProduct() {
        return productCount > 0;
    }

    long arrival() {
        return arrivals[firstProduct];
    }

    int productLabel() {
        return productLabels[firstProduct];
    }

    Element productType() {
        return productTypes[firstProduct];
    }

    int[] takeProduct() {
        int at = firstProduct;
        firstProduct = (firstProduct + 1) % products.length;
        productCount--;
        return products[at];
    }
}
