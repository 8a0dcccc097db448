package dev.lockstep.compiler.decode;

import dev.lockstep.compiler.model.AttentionSizes;

/**
 * Latent attention of a {@link SmallDecoder} as models define it: a key of each head is made from the compressed vector, and a value as well. The matrix that makes keys
 * has one element in each column, one or minus one, so that absorbing it in that of queries gives weights of 8 bits again.
 */
final class SmallLatent {
    private final SmallDecoder decoder;
    private final AttentionSizes.Latent sizes;

    SmallLatent(SmallDecoder decoder, AttentionSizes.Latent sizes) {
        this.decoder = decoder;
        this.sizes = sizes;
    }

    /** What the matrix of keys has for an element of the compressed vector, in the row {@code element % plainSize}. */
    static int sign(int head, int element) {
        return (head + element / 3) % 2 == 0 ? 1 : -1;
    }

    /** A weight of queries in the space of compressed keys, or of the elements that carry the position, which follow. */
    double absorbed(int layer, int head, int element, int input) {
        int perHead = sizes.plainSize() + sizes.rotarySize();
        if (element >= sizes.kvRank()) {
            int own = sizes.plainSize() + element - sizes.kvRank();
            return decoder.weight(SmallDecoder.Kind.QUERY, layer, head * perHead + own, input);
        }
        int row = head * perHead + element % sizes.plainSize();
        return sign(head, element) * decoder.weight(SmallDecoder.Kind.QUERY, layer, row, input);
    }

    /** The compressed key of a row, normalized, and what carries the position, rotated. */
    double[] key(int layer, double[] x) {
        double[] made = decoder.multiply(SmallDecoder.Kind.KEY, layer, sizes.absorbedSize(), x);
        double[] key = new double[made.length];
        double[] compressed = SmallDecoder.normalized(java.util.Arrays.copyOf(made, sizes.kvRank()));
        System.arraycopy(compressed, 0, key, 0, compressed.length);
        rotate(made, sizes.kvRank(), key, sizes.kvRank());
        return key;
    }

    private void rotate(double[] from, int first, double[] to, int second) {
        for (int e = 0; e < sizes.rotarySize(); e += 2) {
            double even = from[first + e];
            double odd = from[first + e + 1];
            to[second + e] = even * decoder.cosine(decoder.position(), e) - odd * decoder.sine(decoder.position(), e);
            to[second + e + 1] =
                    odd * decoder.cosine(decoder.position(), e) + even * decoder.sine(decoder.position(), e);
        }
    }

    /** Results of all heads; the cache holds the position's key already. */
    double[] attend(int layer, double[] x) {
        double[] inputs = sizes.queryRank() == 0
                ? x
                : SmallDecoder.normalized(
                        decoder.multiply(SmallDecoder.Kind.QUERY_ELEMENTS, layer, sizes.queryRank(), x));
        int perHead = sizes.plainSize() + sizes.rotarySize();
        double[] queries = decoder.multiply(SmallDecoder.Kind.QUERY, layer, sizes.heads() * perHead, inputs);
        double[] attended = new double[sizes.heads() * sizes.valueSize()];
        for (int head = 0; head < sizes.heads(); head++) {
            double[] query = new double[perHead];
            System.arraycopy(queries, head * perHead, query, 0, sizes.plainSize());
            rotate(queries, head * perHead + sizes.plainSize(), query, sizes.plainSize());
            double[] seen = seen(layer, head, query);
            double[] values =
                    decoder.multiply(SmallDecoder.Kind.VALUE, layer, head * sizes.valueSize(), sizes.valueSize(), seen);
            System.arraycopy(values, 0, attended, head * sizes.valueSize(), values.length);
        }
        return attended;
    }

    /** The compressed vectors of all positions, weighed by what a head's query finds in its keys. */
    private double[] seen(int layer, int head, double[] query) {
        double[] seen = new double[sizes.kvRank()];
        double sum = 0;
        for (int at = 0; at <= decoder.position(); at++) {
            double[] key = new double[query.length];
            for (int element = 0; element < sizes.kvRank(); element++) {
                key[element % sizes.plainSize()] += sign(head, element) * decoder.key(layer, 0, at, element);
            }
            for (int element = 0; element < sizes.rotarySize(); element++) {
                key[sizes.plainSize() + element] = decoder.key(layer, 0, at, sizes.kvRank() + element);
            }
            double score = 0;
            for (int element = 0; element < query.length; element++) {
                score += query[element] * key[element];
            }
            double share = Math.exp(score / Math.sqrt(query.length));
            sum += share;
            for (int element = 0; element < seen.length; element++) {
                seen[element] += share * decoder.key(layer, 0, at, element);
            }
        }
        for (int element = 0; element < seen.length; element++) {
            seen[element] /= sum;
        }
        return seen;
    }
}
