package dev.lockstep.engine.quantize;

import dev.lockstep.graph.architecture.WeightTypes.Role;
import dev.lockstep.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a tensor is for, told from its name in the GGUF specification. */
final class Roles {
    static final String OUTPUT = "output.weight";

    private static final String EMBEDDING = "token_embd.weight";
    private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d{1,6})\\..*");

    /** Matrices that decide much and hold little. */
    private static final List<String> EXACT =
            List.of("norm.weight", "ffn_gate_inp.weight", "ffn_gate_inp_shexp.weight", "position_embd.weight");

    private Roles() {}

    /** Whether a tensor is a matrix that may be rounded. */
    static boolean isRounded(Tensor tensor) {
        return tensor.rows() > 1
                && tensor.name().endsWith(".weight")
                && EXACT.stream().noneMatch(tensor.name()::endsWith);
    }

    /** @param tied whether the embedding is the output, too */
    static Role of(String name, boolean tied) {
        if (name.equals(OUTPUT) || tied && name.equals(EMBEDDING)) {
            return Role.OUTPUT;
        }
        if (name.contains(".attn_v.") || name.contains(".attn_v_b.")) {
            return Role.ATTENTION_VALUE;
        }
        if (name.contains(".attn_output.")) {
            return Role.ATTENTION_OUTPUT;
        }
        return name.contains(".ffn_down") ? Role.FEED_FORWARD_DOWN : Role.OTHER;
    }

    /** The layer of a tensor; 0 for those outside of layers. */
    static int layer(String name) {
        Matcher matcher = BLOCK.matcher(name);
        return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    /** How many layers tensors of these names make. */
    static int layers(Collection<String> names) {
        return names.stream().mapToInt(Roles::layer).max().orElse(0) + 1;
    }
}
