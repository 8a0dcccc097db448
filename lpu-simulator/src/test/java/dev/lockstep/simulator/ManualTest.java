package dev.lockstep.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.checker.LegalityChecker;
import dev.lockstep.lpu.assembly.Assembler;
import dev.lockstep.lpu.machine.Hemisphere;
import dev.lockstep.lpu.machine.Machine;
import dev.lockstep.lpu.program.Buffer;
import dev.lockstep.lpu.program.LpuProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The programs of docs/isa.md do what the page says, in the cycles that it gives. */
class ManualTest {
    private static final Machine MACHINE = Machine.lpuV1();
    private static String page = "";

    @BeforeAll
    static void read() throws IOException {
        page = Files.readString(Path.of(System.getProperty("lockstep.root"), "docs", "isa.md"));
    }

    @Test
    void shouldAddAndCutOff() {
        LpuProgram program = Assembler.program(block("lpu", 0));
        long seed = 3;
        Random random = new Random(seed);
        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            Buffer x = program.buffer("x", 0).orElseThrow();
            Buffer y = program.buffer("y", 0).orElseThrow();
            Buffer z = program.buffer("z", 0).orElseThrow();
            float[][] sums = new float[3][320];
            for (int vector = 0; vector < 3; vector++) {
                int[] a = new int[320];
                int[] b = new int[320];
                for (int lane = 0; lane < 320; lane++) {
                    float first = (float) random.nextGaussian();
                    float second = (float) random.nextGaussian();
                    a[lane] = Float.floatToRawIntBits(first);
                    b[lane] = Float.floatToRawIntBits(second);
                    sums[vector][lane] = Math.max(first + second, 0);
                }
                system.write(x, vector, a);
                system.write(y, vector, b);
            }
            SimulationResult result = system.run(program);
            for (int vector = 0; vector < 3; vector++) {
                int[] lanes = system.read(z, vector);
                for (int lane = 0; lane < 320; lane++) {
                    assertThat(Float.intBitsToFloat(lanes[lane])).isEqualTo(sums[vector][lane]);
                }
            }
            assertThat(page).contains("the program is complete in cycle " + result.cycles() + ".");
            assertThat(TimeSimulator.run(MACHINE, program)).isEqualTo(result);
        }
    }

    @Test
    void shouldRefuseInTheWordsOfThePage() {
        String wrong = block("lpu", 0).replace("13: write e5#", "12: write e5#");
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            assertThatThrownBy(() -> system.run(Assembler.program(wrong)))
                    .hasMessage(block("refusal", 0).strip());
        }
        assertThat(new LegalityChecker(MACHINE).check(Assembler.program(wrong)))
                .anyMatch(violation ->
                        violation.cycle() == 12 && violation.queue().equals("mem.e.5"));
    }

    @Test
    void shouldMultiply() {
        LpuProgram program = Assembler.program(block("lpu", 1));
        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
        long seed = 4;
        Random random = new Random(seed);
        byte[][] rows = new byte[320][320];
        byte[] vector = new byte[320];
        random.nextBytes(vector);
        for (byte[] row : rows) {
            random.nextBytes(row);
        }
        try (LpuSystem system = new LpuSystem(MACHINE, 1)) {
            system.load((chip, writer) -> {
                writer.write(Hemisphere.EAST, 27, 0, vector);
                for (int row = 0; row < 320; row++) {
                    writer.write(Hemisphere.EAST, 28 + row % 16, row / 16, rows[row]);
                }
            });
            SimulationResult result = system.run(program);
            int[] sums = system.read(program.buffer("sums", 0).orElseThrow(), 0);
            for (int row = 0; row < 320; row++) {
                int expected = 0;
                for (int lane = 0; lane < 320; lane++) {
                    expected += rows[row][lane] * vector[lane];
                }
                assertThat(sums[row]).isEqualTo(expected);
            }
            assertThat(page).contains("It is complete in cycle " + result.cycles() + ".");
        }
    }

    @Test
    void shouldExchange() {
        LpuProgram program = Assembler.program(block("lpu", 2));
        assertThat(new LegalityChecker(MACHINE).check(program)).isEmpty();
        try (LpuSystem system = new LpuSystem(MACHINE, 2)) {
            for (int chip = 0; chip < 2; chip++) {
                int[] lanes = new int[320];
                Arrays.fill(lanes, 10 + chip);
                system.write(program.buffer("mine", chip).orElseThrow(), 0, lanes);
            }
            SimulationResult result = system.run(program);
            for (int chip = 0; chip < 2; chip++) {
                assertThat(system.read(program.buffer("theirs", chip).orElseThrow(), 0))
                        .containsOnly(11 - chip);
            }
            assertThat(page).contains("Both are complete in cycle " + result.cycles() + ".");
        }
        String early = block("lpu", 2).replace("259: receive", "258: receive");
        try (LpuSystem system = new LpuSystem(MACHINE, 2)) {
            assertThatThrownBy(() -> system.run(Assembler.program(early)))
                    .hasMessage(block("refusal", 1).strip());
        }
        assertThat(new LegalityChecker(MACHINE).check(Assembler.program(early))).isNotEmpty();
    }

    /** Every line of the table of lines, in an order that makes a program. */
    @Test
    void shouldOnlyShowLinesThatAssemble() {
        String programs = page.substring(page.indexOf("## Programs"), page.indexOf("### A first program"));
        StringBuilder text = new StringBuilder();
        for (String line : programs.split("\n")) {
            if (line.startsWith("| `")) {
                text.append(line, 3, line.indexOf('`', 3)).append('\n');
            }
        }
        LpuProgram program =
                Assembler.program(text.toString().replace("NAME", "name").replace(" ...", ""));
        assertThat(program.blocks()).hasSize(1);
        assertThat(program.maps()).hasSize(1);
        assertThat(program.chips()).hasSize(1);
        assertThat(program.buffers()).hasSize(1);
        assertThat(program.text()).hasSize(1);
    }

    @Test
    void shouldOnlyShowFormsThatAssemble() {
        int forms = 0;
        String instructions = page.substring(page.indexOf("## Instructions"), page.indexOf("## Numbers"));
        for (String line : instructions.split("\n")) {
            if (line.startsWith("| `") && !line.contains("*type*") && !line.contains("*from*")) {
                String form = line.substring(3, line.indexOf('`', 3)).replaceAll("\\bA\\b", "5");
                LpuProgram program = Assembler.program(
                        "block b bases 0\n  queue mem.w.0\n    7: " + form + "\nchip\n  place 0 at 0\n");
                assertThat(program.blocks().getFirst().dispatches()).as(form).isEqualTo(1);
                forms++;
            }
        }
        assertThat(forms).isEqualTo(22);
    }

    /** What stands in the n-th fenced block of a kind. */
    private static String block(String kind, int n) {
        List<String> found = new ArrayList<>();
        String fence = "\n```" + kind + "\n";
        for (int at = page.indexOf(fence); at >= 0; at = page.indexOf(fence, at + 1)) {
            int begin = at + fence.length();
            found.add(page.substring(begin, page.indexOf("\n```", begin)) + "\n");
        }
        return found.get(n);
    }
}
