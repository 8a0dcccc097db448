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
 *   values: 64 rows of headSize elements    (elements side by side, padded to 16: a lane of the result is an element)
 * </pre>
 */
record KvShape(int group, int headSize, KvType type) {
    static KvShape of(Op.Attention attention, KvType type) {
        return new KvShape(attention.group(), attention.headSize(), type);
    }

    /** Elements of a row of values. */
    int valueStride() {
        return FloatRow.vectors(headSize) * FloatRow.LANES;
    }

    int keyBytes() {
        return headSize * KvLayout.BLOCK * type.bytes();
    }

    int valueBytes() {
        return valueStride() * KvLayout.BLOCK * type.bytes();
    }

    /** Part of a kernel's name. */
    String label() {
        return type.name().toLowerCase(Locale.ROOT) + "_" + group + "x" + headSize;
    }
}
