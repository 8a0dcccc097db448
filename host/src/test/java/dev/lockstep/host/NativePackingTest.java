package dev.lockstep.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lockstep.host.cpu.Target;
import dev.lockstep.host.cpu.TestTargets;
import dev.lockstep.host.kernel.Kernels;
import dev.lockstep.host.layout.Packer;
import dev.lockstep.host.layout.QuantLayout;
import dev.lockstep.host.llvm.TestLlvm;
import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Native packing writes what {@link Packer} writes, for any bytes that a file may hold, and doubts whatever it doubts. */
class NativePackingTest {
    private static final long SEED = 20261127;
    private static final int ROWS = 53;
    private static final int MATRICES = 2;

    private final Arena arena = Arena.ofAuto();

    private static List<QuantLayout> layouts() {
        return Arrays.stream(QuantLayout.values()).filter(Kernels::packs).toList();
    }

    private static NativePacking packing(Target target, QuantLayout... layouts) {
        return NativePacking.compile(List.of(layouts), TestLlvm.codeGenerator()::compile, target);
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.host.cpu.TestTargets#all")
    void shouldPackLikeThePlainPacker(Target target) {
        TestTargets.assumeRunnable(target);
        try (NativePacking packing = packing(target, layouts().toArray(QuantLayout[]::new))) {
            for (QuantLayout layout : layouts()) {
                Tensor tensor = random(layout.type(), 3 * layout.columns(), new Random(SEED));
                long tileBytes = Packer.tileBytes(tensor.type(), (int) tensor.columns());
                long whole = ROWS / Packer.TILE_ROWS;
                for (long first = 0; first < MATRICES * Packer.tiles(ROWS); first += Packer.tiles(ROWS)) {
                    MemorySegment packed = arena.allocate(whole * tileBytes, 64).fill((byte) 0x5a);
                    packing.pack(tensor, first, whole, packed);
                    assertThat(packed.toArray(ValueLayout.JAVA_BYTE))
                            .as("%s on %s with seed %d", layout, target, SEED)
                            .isEqualTo(plain(tensor, first, whole, tileBytes));
                }
            }
        }
    }

    private static byte[] plain(Tensor tensor, long first, long tiles, long tileBytes) {
        Packer packer = Packer.of(tensor);
        MemorySegment packed = MemorySegment.ofArray(new byte[Math.toIntExact(tiles * tileBytes)]);
        for (long tile = 0; tile < tiles; tile++) {
            packer.pack(first + tile, packed.asSlice(tile * tileBytes, tileBytes));
        }
        return packed.toArray(ValueLayout.JAVA_BYTE);
    }

    /** One random byte of a finite tensor becomes one of an infinity or NaN, wherever that may be. */
    @ParameterizedTest
    @EnumSource
    void shouldDoubtEveryInfinityAndNan(QuantLayout layout) {
        assumeThat(Kernels.packs(layout))
                .as("there is native code for " + layout)
                .isTrue();
        Random random = new Random(SEED);
        try (NativePacking packing = packing(Target.host(), layout)) {
            Tensor tensor = finite(random(layout.type(), layout.columns(), random));
            MemorySegment packed = arena.allocate(Packer.tileBytes(tensor.type(), layout.columns()), 64);
            assertThat(packing.pack(tensor, 1, 1, packed))
                    .as("of a finite tensor")
                    .isTrue();

            long start = Packer.TILE_ROWS * tensor.rowBytes();
            int found = 0;
            for (long at = start; at < 2 * start; at++) {
                byte before = tensor.data().get(ValueLayout.JAVA_BYTE, at);
                tensor.data().set(ValueLayout.JAVA_BYTE, at, (byte) 0x7f);
                if (NonFinite.firstIn(tensor).isPresent()) {
                    assertThat(packing.pack(tensor, 1, 1, packed))
                            .as("byte %d", at)
                            .isFalse();
                    found++;
                }
                tensor.data().set(ValueLayout.JAVA_BYTE, at, before);
            }
            assertThat(found).as("bytes that decide").isPositive();
        }
    }

    @Test
    void shouldLeaveOtherTensorsToThePlainPacker() {
        try (NativePacking packing = packing(Target.host(), QuantLayout.Q4_0)) {
            assertThat(packing.takes(random(TensorType.IQ2_XXS, 256, new Random(SEED))))
                    .isFalse();
            assertThat(packing.takes(random(TensorType.F16, 256, new Random(SEED))))
                    .isFalse();
            Tensor native4 = random(TensorType.Q4_0, 256, new Random(SEED));
            assertThat(packing.takes(native4)).isTrue();
            byte[] bytes = native4.data().toArray(ValueLayout.JAVA_BYTE);
            Tensor onHeap = new Tensor("heap", TensorType.Q4_0, 256, ROWS, MATRICES, MemorySegment.ofArray(bytes));
            assertThat(packing.takes(onHeap)).isFalse();
        }
    }

    @Test
    void shouldRefuseATargetOfAnotherSize() {
        try (NativePacking packing = packing(Target.host(), QuantLayout.Q4_0)) {
            Tensor tensor = random(TensorType.Q4_0, 256, new Random(SEED));
            assertThatThrownBy(() -> packing.pack(tensor, 0, 2, arena.allocate(16 * 9 * 16)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("do not take");
        }
    }

    private Tensor random(TensorType type, int columns, Random random) {
        byte[] bytes = new byte[Math.toIntExact(type.bytes(columns)) * ROWS * MATRICES];
        random.nextBytes(bytes);
        MemorySegment data = arena.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, data, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return new Tensor("random", type, columns, ROWS, MATRICES, data);
    }

    /** The same with zeros in place of blocks that are not finite. */
    private static Tensor finite(Tensor tensor) {
        for (var bad = NonFinite.firstIn(tensor); bad.isPresent(); bad = NonFinite.firstIn(tensor)) {
            long element = bad.get().row() * tensor.columns() + bad.get().column();
            long block = element / tensor.type().blockElements();
            tensor.data()
                    .asSlice(block * tensor.type().blockBytes(), tensor.type().blockBytes())
                    .fill((byte) 0);
        }
        return tensor;
    }
}
