package dev.lockstep.validation;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.machine.Quantity;
import dev.lockstep.lpu.program.LpuProgram;
import dev.lockstep.simulator.TimeSimulator;
import java.util.List;
import java.util.Locale;

/** The part of the page about what consists of large matrix products: V5 to V7, V11 to V13, V22. */
final class LargeProducts {
    private static final int BERT_LAYERS = 12;
    private static final int BERT_TOKENS = 128;
    /** Inner size and columns of the products of a layer of BERT-base: query, key and value; output; both of the feed-forward network. */
    private static final int[][] BERT_LAYER = {{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}};

    private final Machine machine;
    private final StringBuilder page = new StringBuilder();

    private LargeProducts(Machine machine) {
        this.machine = machine;
    }

    static String render(Machine machine) {
        LargeProducts part = new LargeProducts(machine);
        part.write();
        return part.page.toString();
    }

    private void write() {
        page.append("""
                ## Matrix products and what is made of them

                FP16 products of one chip. Tiles of 320 × 320 weights lie still while all rows pass, one every two cycles on each side; the next tile comes between the
                rows. `MatrixProductTest` compares the values of small ones; these are checked and timed. Nothing but the machine's numbers went into them, and one choice of
                layout: accumulators hold two rows, so sums over tiles are added in the vector unit and wait in memory.

                | | measurement | theirs | ours | error |
                |---|---|---|---|---|
                """);
        for (int columns : new int[] {1376, 2432, 3500}) {
            MatrixProduct product = new MatrixProduct(machine, 2304, 4096, columns);
            double utilisation = product.utilisation(4096, columns, cycles(product));
            row(
                    "V6",
                    "[2304 × 4096] · [4096 × " + columns + "], share of the arrays' peak",
                    columns == 1376 ? "0.8 at least" : "0.9 to 1.0",
                    String.format(Locale.ROOT, "%.2f", utilisation),
                    "");
        }
        distributed(8, 330);
        distributed(16, 150);
        row("V7", "... on 100 chips", "120 us", "not measured", "");
        page.append("""

                V6 is the shape of tiles: columns are multiples of 320 and the inner size one of 320, so 1,376 columns fill 86 % of 5 tiles. The published curve has the same floor.

                V7 cuts the columns over chips, each of which has all 800 rows, so that no chip needs another's results; but 1,024 columns are 3.2 tiles, and 512 are 1.6. If the
                inner size is cut as well, 26 × 102 tiles are shared by 16 or 32 hemispheres in 166 or 83 passes, 295 or 148 us: the published times leave 10 and 2 % for the
                sums over chips, which are not written here. On 100 chips 82 columns are a quarter of a tile, so that this program would say nothing.

                | | measurement | theirs | ours | why not compared |
                |---|---|---|---|---|
                """);
        row(
                "V22",
                "products with N = 2 to 6 · 10^5 on 100, 200, 300 chips",
                "10 to 11, 24 to 30, 33 to 42 PFLOPS",
                "",
                "operands of 80 GB and more do not fit into the chips' memories (22 to 66 GB), so they come from hosts, which the model does not have;"
                        + " theirs are 54 to 81 % of the arrays' peak, between rates of V6 and of links");
        row(
                "V5",
                "ResNet-50, batch 1, INT8",
                "about 44,000 cycles",
                "",
                String.format(
                        Locale.ROOT,
                        "there is no compiler for convolutions; its 4.1 G multiplications would take %,.0f cycles if all arrays were always busy, so theirs are busy for"
                                + " a quarter of the time, and what keeps them from more is the layout of layers, which is not published",
                        4.1e9 / perCycle(Quantity.INT8_ROW_CYCLES)));
        row(
                "V12",
                "BERT-base, batch 1, 1 chip",
                "130 us (99 %)",
                String.format(Locale.ROOT, "%.0f us for the products of 128 tokens", bert()),
                "the published length of the text is not known to us, softmax, norms and GELU are left out here, and a product of "
                        + BERT_TOKENS + " rows pays for whole tiles: 768 are 2.4 of them");
        row(
                "V11, V13",
                "BERT-Large on 4 chips; 6 to 96 encoders on 1 to 16",
                "1,225 us (99 %); linear",
                "",
                "the same; with as many encoders on every chip throughput is that of one chip by construction");
        page.append("""

                Whole language models (V19 to V21) are set beside published speeds in [lpu-models.md](lpu-models.md).

                """);
    }

    private void distributed(int chips, double theirs) {
        MatrixProduct product = new MatrixProduct(machine, 800, 32576, 8192 / chips);
        double micros = machine.nanoseconds(cycles(product)) / 1000;
        page.append(Measurement.of("V7", "[800 × 32576] · [32576 × 8192] on " + chips + " chips", theirs, micros, "us")
                .row());
    }

    private void row(String... fields) {
        page.append("| ").append(String.join(" | ", List.of(fields))).append(" |\n");
    }

    private double bert() {
        long cycles = 0;
        for (int[] size : BERT_LAYER) {
            cycles += cycles(new MatrixProduct(machine, BERT_TOKENS, size[0], size[1]));
        }
        return machine.nanoseconds(BERT_LAYERS * cycles) / 1000;
    }

    /** Multiplications of all arrays. */
    private double perCycle(Quantity rowCycles) {
        double plane = (double) machine.lanes() * machine.whole(Quantity.PLANE_ROWS);
        return 2.0 * machine.planesPerHemisphere() * plane / machine.whole(rowCycles);
    }

    private long cycles(MatrixProduct product) {
        LpuProgram program = product.program();
        var violations = new LegalityChecker(machine).check(program);
        if (!violations.isEmpty()) {
            throw new IllegalStateException("not legal: " + violations.getFirst());
        }
        return TimeSimulator.run(machine, program).cycles();
    }
}
