package dev.lockstep.compiler.partition;

import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;

/**
 * What a position adds to the cache of one chip, FP16. Keys are rows of arrays, values lie transposed; both in blocks of positions of which both hemispheres
 * have as many.
 *
 * @param keys elements of keys
 * @param keyVectors whole vectors that they take
 * @param values elements of values
 * @param sets blocks of positions whose keys share words, each in lanes of its own
 */
public record CacheShard(int keys, int keyVectors, int values, int sets) {
    private static final int HALF = 2;
    private static final int SIDES = 2;

    /** Bytes in memory, with what rounding to blocks and vectors adds. */
    long bytesKept(Machine machine, int positions) {
        int lanes = machine.lanes();
        int perSide = Math.ceilDiv(Math.ceilDiv(positions, lanes), SIDES);
        int loads = Math.ceilDiv(perSide, sets);
        long keyBytes = (long) HALF * keyVectors * lanes * SIDES * loads * lanes;
        long valueBytes = (long) HALF * values * SIDES * perSide * lanes;
        return keyBytes + valueBytes;
    }

    /** Bytes that pass through arrays when all positions are looked at. */
    long bytesRead(int positions) {
        return (long) HALF * (keys + values) * positions;
    }

    /** Cycles for which all streams bring keys and values at least: keys row by row, values by their elements, half of them in each hemisphere. */
    public long leastCycles(Machine machine, int positions) {
        int group = machine.whole(Quantity.INSTALL_STREAMS);
        int lanes = machine.whole(Quantity.PLANE_ROWS);
        long keyCycles = (long) Math.ceilDiv(keys, lanes) * Math.ceilDiv(positions, group);
        long valueCycles = (long) Math.ceilDiv(positions, lanes) * Math.ceilDiv(values, group);
        return (keyCycles + valueCycles) / SIDES;
    }
}
