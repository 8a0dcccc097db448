package dev.lockstep.engine.quantize;

import dev.lockstep.formats.Metadata;
import java.util.Optional;

/**
 * Where the rows of a matrix of queries or keys come from.
 *
 * <p>Files of some architectures have the rows of each head reordered, so that elements which turn together are neighbours; a directory has them in halves, and
 * says so by a key that only we know. A file that others can read needs their order: row 2j comes from row j, row 2j + 1 from the one half a rotation later.
 */
record RowOrder(int head, int turned) {
    /** Rows stay where they are. */
    static final RowOrder AS_IS = new RowOrder(1, 0);

    private static final String PAIRING = ".rope.pairing";

    /** Whether a key is about an order that is undone here. */
    static boolean isUndone(String key) {
        return key.endsWith(PAIRING);
    }

    /** The order for a tensor of a model. */
    static RowOrder of(Metadata metadata, String tensor) {
        String architecture = metadata.string("general.architecture").orElse("");
        Optional<String> pairing = metadata.string(architecture + PAIRING);
        if (pairing.isEmpty() || !pairing.get().equals("halves") || !turns(tensor)) {
            return AS_IS;
        }
        long head = metadata.integer(architecture + ".attention.key_length").orElseThrow();
        long turned = metadata.integer(architecture + ".rope.dimension_count").orElse(head);
        return new RowOrder(Math.toIntExact(head), Math.toIntExact(turned));
    }

    private static boolean turns(String tensor) {
        return tensor.matches("blk\\.\\d+\\.attn_[qk]\\.(weight|bias)");
    }

    /** The row of the source that becomes {@code row}. */
    long source(long row) {
        int within = (int) (row % head);
        return within < turned ? row - within + within / 2 + within % 2 * (turned / 2) : row;
    }
}
