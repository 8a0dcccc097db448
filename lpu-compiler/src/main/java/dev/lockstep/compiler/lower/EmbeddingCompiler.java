package dev.lockstep.compiler.lower;

import dev.lockstep.compiler.kernel.Kernels;
import dev.lockstep.compiler.layout.Vectors;
import dev.lockstep.lpu.isa.Element;
import java.util.ArrayList;
import java.util.List;

/** Finds a token's row in the chip's share of the embedding table, and spreads it. */
final class EmbeddingCompiler {
    private final Kernels kernels;
    private final ModelPlan plan;
    private final EmbeddingPlan embedding;

    EmbeddingCompiler(Kernels kernels, ModelPlan plan, EmbeddingPlan embedding) {
        this.kernels = kernels;
        this.plan = plan;
        this.embedding = embedding;
    }

    void compile() {
        MemoryMap map = plan.map();
        int chips = plan.cut().chips();
        Room room = new Room(map);
        Vectors row = map.row();
        Vectors own = chips == 1 ? row : RowSharing.share(row, Bases.residualShare(-1), embedding.vectors());
        List<Vectors> targets = new ArrayList<>(List.of(own));
        if (chips > 1) {
            targets.add(room.westFloats(embedding.vectors()));
        }
        kernels.embed(
                map.token(),
                embedding.before(),
                embedding.tables(),
                embedding.rows(),
                room.eastFloats(embedding.groups()).as(Element.INT32),
                plan.embeddingScale(),
                targets);
        if (chips > 1) {
            RowSharing.exchange(kernels, chips, own, targets.getLast(), row);
        }
    }
}
