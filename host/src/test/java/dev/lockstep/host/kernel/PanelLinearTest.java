package dev.lockstep.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.RowKind;
import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.ir.Ir;
import dev.lockstep.host.ir.Type;
import dev.lockstep.host.layout.Packer;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products give a token the same wherever the tokens of a call begin. */
class PanelLinearTest {
    private static final int COLUMNS = 768;
    private static final int PANELS = 3;
    private static final int TOKENS = PANELS * QuantPanel.TOKENS - 3;

    private final Simd simd = Simd.of(Target.host());
    private final Random random = new Random(1);
    private final long rowBytes = (long) simd.rowTiles() * QuantLayout.ROWS * Float.BYTES;

    @ParameterizedTest
    @EnumSource(names = {"Q4_0", "Q6_K"})
    void tokensShouldBeginAnywhere(TensorType type) {
        for (RowKind kind : new RowKind[] {RowKind.Q8, RowKind.Q16}) {
            try (TestKernel kernel = kernel(type, kind);
                    Arena arena = Arena.ofConfined()) {
                QuantPanel panel = QuantPanel.of(kind, COLUMNS, QuantPanel.TOKENS);
                MemorySegment rows = anything(arena, simd.rowTiles() * Packer.tileBytes(type, COLUMNS));
                MemorySegment panels = anything(arena, (long) PANELS * panel.bytes());
                MemorySegment all = results(kernel, arena, rows, panels, 0);
                for (int first = simd.tokenGroup(); first < TOKENS; first += simd.tokenGroup()) {
                    int before = first / QuantPanel.TOKENS * panel.bytes();
                    MemorySegment some = results(kernel, arena, rows, panels.asSlice(before), first);
                    assertThat(some.mismatch(all.asSlice(first * rowBytes, some.byteSize())))
                            .as("%s %s from %d", type, kind, first)
                            .isEqualTo(-1);
                }
            }
        }
    }

    private MemorySegment anything(Arena arena, long bytes) {
        MemorySegment memory = arena.allocate(bytes, 64);
        for (long at = 0; at < bytes; at++) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        }
        return memory;
    }

    private TestKernel kernel(TensorType type, RowKind kind) {
        return new TestKernel(
                Target.host(),
                5,
                f -> f.callLocal(
                        new Kernels(f.module(), simd).panelLinear(type, kind, COLUMNS, simd.rowTiles()),
                        f.parameter(0),
                        f.parameter(1),
                        f.load(Type.I64, f.parameter(4)),
                        f.parameter(2),
                        Ir.i64(rowBytes),
                        f.parameter(3),
                        f.load(Type.I64, f.parameter(4), Long.BYTES)));
    }

    private MemorySegment results(TestKernel kernel, Arena arena, MemorySegment rows, MemorySegment panels, int first) {
        MemorySegment y = arena.allocate((TOKENS - first) * rowBytes, 64);
        MemorySegment tokens = arena.allocateFrom(ValueLayout.JAVA_LONG, TOKENS - first, first % QuantPanel.TOKENS);
        kernel.call(rows, panels, y, arena.allocate(PanelLinear.SCRATCH_BYTES, 64), tokens);
        return y;
    }
}
