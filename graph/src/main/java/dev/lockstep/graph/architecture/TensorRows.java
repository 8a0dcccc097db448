package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Weight;
import dev.lockstep.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Some models store several matrices as one tensor, one below the other: queries, keys and values, or gate and up. Graphs
 * read each by a name of its own, {@code blk.0.attn_qkv.weight[64:96]}, and machines get tensors of those rows: the same bytes, no copy. Likewise
 * {@code blk.0.attn_qkv.bias(64:96)} are elements of a vector.
 */
public final class TensorRows {
    private static final Pattern NAME = Pattern.compile("(.+)[\\[(](\\d{1,9}):(\\d{1,9})([\\])])");

    private TensorRows() {}

    /** Rows {@code from} to {@code to} of a matrix. */
    static Weight of(Weight whole, int from, int to) {
        return new Weight("%s[%d:%d]".formatted(whole.name(), from, to), whole.type(), whole.columns(), to - from, 1);
    }

    /** Elements {@code from} to {@code to} of a vector of F32. */
    static Weight elementsOf(Weight whole, int from, int to) {
        return new Weight("%s(%d:%d)".formatted(whole.name(), from, to), whole.type(), to - from, 1, 1);
    }

    /** The model's tensors, and the parts of them that its graph reads by name. */
    public static Map<String, Tensor> with(Graph graph, Map<String, Tensor> tensors) {
        Map<String, Tensor> all = new LinkedHashMap<>(tensors);
        for (Weight weight : graph.weights()) {
            Matcher part = NAME.matcher(weight.name());
            if (!all.containsKey(weight.name()) && part.matches() && tensors.containsKey(part.group(1))) {
                Tensor whole = tensors.get(part.group(1));
                int from = Integer.parseInt(part.group(2));
                int to = Integer.parseInt(part.group(3));
                all.put(
                        weight.name(),
                        part.group(4).equals("]")
                                ? rows(weight.name(), whole, from, to)
                                : elements(weight.name(), whole, from, to));
            }
        }
        return Collections.unmodifiableMap(all);
    }

    private static Tensor rows(String name, Tensor whole, int from, int to) {
        long rowBytes = whole.rowBytes();
        return new Tensor(
                name,
                whole.type(),
                whole.columns(),
                to - from,
                1,
                whole.data().asSlice(from * rowBytes, (to - from) * rowBytes));
    }

    private static Tensor elements(String name, Tensor whole, int from, int to) {
        long size = whole.type().blockBytes();
        return new Tensor(name, whole.type(), to - from, 1, 1, whole.data().asSlice(from * size, (to - from) * size));
    }
}
