package dev.lockstep.host.kernel;

import dev.lockstep.graph.KvLayout;
import dev.lockstep.graph.KvType;
import dev.lockstep.graph.Op;
import java.util.Locale;

/**
 * How one KV head of one layer lies in a KV block of {@value KvLayout#BLOCK} positions:
 *
 * <pre>
 *   keys:   headSize rows of 64 positions   (positions side by side: a lane of the score is a position)
 *           scales: a row of 64 positions for each 32 elements
 *   values: 64 rows of headSize elements    (elements side by side, padded to 16: a lane of the result is an element)
 *           scales: for each position, one for each 32 elements
 * </pre>
 *
 * <p>Only {@link KvType#Q8} has scales; they are bfloat16.
 */
record KvShape(int group, int headSize, KvType type) {
    static KvShape of(Op.Attention attention, KvType type) {
        return new KvShape(attention.group(), attention.headSize(), type);
    }

    /** Elements of a row of values. */
    int valueStride() {
        return FloatRow.vectors(headSize) * FloatRow.LANES;
    }

    /** Vectors of a row of values. */
    int valueVectors() {
        return FloatRow.vectors(headSize);
    }

    int keyRowBytes() {
        return KvLayout.BLOCK * type.elementBytes();
    }

    int valueRowBytes() {
        return valueStride() * type.elementBytes();
    }

    /** Scales of a key or a value. */
    int scales() {
        return type.scales(headSize);
    }

    /** Where the scales start in the keys. */
    long keyScales() {
        return (long) headSize * keyRowBytes();
    }

    /** Where the scales start in the values. */
    long valueScales() {
        return (long) KvLayout.BLOCK * valueRowBytes();
    }

    long keyBytes() {
        return keyScales() + scaleBytes();
    }

    long valueBytes() {
        return valueScales() + scaleBytes();
    }

    private long scaleBytes() {
        return (long) KvLayout.BLOCK * scales() * KvType.SCALE_BYTES;
    }

    /** Part of a kernel's name. */
    String label() {
        return type.name().toLowerCase(Locale.ROOT) + "_" + group + "x" + headSize;
    }
}
