package dev.lockstep.compiler.lower;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Op;
import dev.lockstep.graph.Rope;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A way in which queries or keys depend on their position: how pairs are turned, and by how much queries grow on top of it. Each has tables of its own.
 */
record Turn(Rope rope, Optional<Rope.Growth> growth) {
    static Turn ofQueries(Op.Attention attention) {
        return new Turn(still(attention), attention.rope().growth());
    }

    static Turn ofKeys(Op.Attention attention) {
        return new Turn(still(attention), Optional.empty());
    }

    /** All ways of a model, each once. */
    static List<Turn> of(Graph graph) {
        return graph.attentions().stream()
                .flatMap(attention -> Stream.of(ofQueries(attention), ofKeys(attention)))
                .distinct()
                .toList();
    }

    /** What the element in a lane of a head is multiplied with. */
    float straight(int position, int lane) {
        float cos = lane < rope.width() ? rope.cos(position, lane / 2) : 1;
        return cos * factor(position);
    }

    /** What its neighbour is multiplied with. */
    float crossed(int position, int lane) {
        if (lane >= rope.width()) {
            return 0;
        }
        float sine = rope.sin(position, lane / 2) * factor(position);
        return lane % 2 == 0 ? -sine : sine;
    }

    private float factor(int position) {
        return growth.map(g -> g.at(position)).orElse(1f);
    }

    private static Rope still(Op.Attention attention) {
        Rope rope = attention.rope();
        return new Rope(rope.pairing(), rope.frequencies(), rope.magnitude());
    }
}
