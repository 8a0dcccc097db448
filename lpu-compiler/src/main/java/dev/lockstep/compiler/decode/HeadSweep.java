package dev.lockstep.compiler.decode;

import dev.lockstep.lpu.isa.Stream;
import dev.lockstep.lpu.isa.VectorInstruction.BinaryOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The output matrix: a chip's share of the logits, FP32 in its memory, where the host reads them. */
final class HeadSweep {
    private static final int STREAM = 28;
    private static final int LONGEST_WAIT = 40;

    private final Stage stage;
    private final Shape shape;
    private final int groups;

    /** @param groups of outputs of this chip */
    HeadSweep(Stage stage, Shape shape, int groups) {
        this.stage = stage;
        this.shape = shape;
        this.groups = groups;
    }

    void place(Residual residual) {
        int planes = stage.arrays().planes().size();
        int tiles = Math.ceilDiv(groups, shape.blockGroups());
        int perTile = Math.ceilDiv(groups, Math.max(tiles, Math.ceilDiv(tiles, planes) * planes));
        tiles = Math.ceilDiv(groups, perTile);
        int slots = 2;
        long earliest = residual.earliest();
        Kept factor = null;
        for (int first = 0; first < tiles; first += planes * slots) {
            int count = Math.min(planes * slots, tiles - first);
            Sweep sweep = new Sweep(
                    stage.arrays(),
                    stage.scheduler(),
                    stage.layout(),
                    Contents.Matrix.HEAD,
                    Sweep.passes(shape.blocks(), first, count, perTile, planes),
                    stage.residualRows(shape.blocks()));
            List<Sweep.Sums> results = sweep.place(residual.available(), earliest);
            earliest = sweep.end();
            if (factor == null) {
                long length = (long) shape.blocks() * (perTile + 2) * Math.ceilDiv(tiles, planes) + 400;
                factor = stage.norm().factor(residual.squares(), shape.blockGroups(), earliest, use -> use + length);
                // Logits of narrow models would come so soon that too many wait for the factor.
                long known = stage.scheduler().geometry().rowFor(factor.ready()) - sweep.length();
                earliest = Math.max(earliest + shape.blockGroups() + 8, known);
            }
            store(results, first, factor);
        }
    }

    private void store(List<Sweep.Sums> results, int first, Kept factor) {
        Scheduler scheduler = stage.scheduler();
        Geometry geometry = scheduler.geometry();
        // Products first: their cycles are given, while logits can wait for each other.
        List<Kept> products = new ArrayList<>();
        List<Plane> planes = new ArrayList<>();
        for (Sweep.Sums sums : results) {
            long ready = Math.max(factor.ready(), geometry.taken(sums.w()) + geometry.alu);
            for (Map.Entry<Plane, Integer> entry : sums.labels().entrySet()) {
                int scale = stage.layout().constant();
                Kept[] kept = new Kept[1];
                scheduler.attempt(
                        0,
                        late -> kept[0] = stage.constants()
                                .scaled(entry.getKey(), entry.getValue(), sums.w(), scale, ready + LONGEST_WAIT));
                products.add(kept[0]);
                planes.add(entry.getKey());
            }
        }
        for (int i = 0; i < products.size(); i++) {
            Kept product = products.get(i);
            Plane plane = planes.get(i);
            int number = first + i;
            long ready = Math.max(factor.ready(), product.ready());
            scheduler.attempt(ready, at -> {
                if (at > ready + LONGEST_WAIT) {
                    throw new IllegalStateException("logits cannot be stored in time");
                }
                Stream out = Geometry.out(plane.hemisphere(), STREAM);
                Kept logits =
                        scheduler.all().binary(BinaryOperation.MUL, product.operand(), factor.operand(), at, at, out);
                scheduler
                        .all()
                        .writeOutward(
                                plane.hemisphere(),
                                Layout.logits(plane.hemisphere(), number),
                                STREAM,
                                logits.label(),
                                geometry.outwardAt(logits.ready()));
                scheduler.all().release(product, at);
            });
        }
    }
}
