package dev.lockstep.host.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.graph.reference.QuantizedBlock;
import dev.lockstep.host.TestModel;
import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What was packed is found again by {@link PlainUnpacker}, for any bytes that a file may hold. */
class PackerTest {
    static List<TensorType> types() {
        return TestModel.TYPES;
    }

    static Stream<TensorType> quantised() {
        return types().stream().filter(TensorType::quantized);
    }

    static Stream<TensorType> floats() {
        return types().stream().filter(type -> !type.quantized());
    }

    @ParameterizedTest
    @MethodSource("quantised")
    void everyQuantScaleAndMinimumShouldBeFoundAgain(TensorType type) {
        QuantizedBlock block = new QuantizedBlock(type);
        for (int rows : new int[] {1, 15, 16, 17, 33}) {
            Tensor tensor = random(type, 2 * type.blockElements(), rows, 2, rows);
            PlainUnpacker unpacked = new PlainUnpacker(type, pack(tensor), 2 * type.blockElements(), rows);
            for (int row = 0; row < 2 * rows; row++) {
                for (int b = 0; b < tensor.columns() / 32; b++) {
                    block.read(tensor.data(), row * tensor.rowBytes(), b);
                    assertBlock("%s row %d block %d".formatted(type, row, b), block, unpacked, row, b);
                }
            }
            unpacked.assertPaddingIsZero();
        }
    }

    private static void assertBlock(String what, QuantizedBlock expected, PlainUnpacker unpacked, int row, int block) {
        for (int i = 0; i < 32; i++) {
            int column = 32 * block + i;
            int half = i / 16;
            if (unpacked.quant(row, column) != expected.quant(i)
                    || unpacked.scale(row, column) != (double) expected.scale() * expected.sub(half)
                    || unpacked.min(row, column) != expected.min(half)) {
                assertThat(unpacked.quant(row, column)).as(what).isEqualTo(expected.quant(i));
                assertThat(unpacked.scale(row, column))
                        .as(what)
                        .isEqualTo((double) expected.scale() * expected.sub(half));
                assertThat(unpacked.min(row, column)).as(what).isEqualTo(expected.min(half));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("floats")
    void everyFloatShouldBeFoundAgain(TensorType type) {
        int size = type.blockBytes();
        for (int rows : new int[] {1, 16, 23}) {
            int columns = 37;
            Tensor tensor = random(type, columns, rows, 2, rows);
            MemorySegment packed = pack(tensor);
            int tiles = (rows + 15) / 16;
            for (int row = 0; row < 32 * tiles; row++) {
                int inMatrix = row % (16 * tiles);
                int original = row / (16 * tiles) * rows + inMatrix;
                for (int column = 0; column < columns; column++) {
                    for (int b = 0; b < size; b++) {
                        long place = ((row / 16L * columns + column) * 16 + row % 16) * size + b;
                        int expected = inMatrix < rows
                                ? tensor.data()
                                        .get(ValueLayout.JAVA_BYTE, (original * (long) columns + column) * size + b)
                                : 0;
                        assertThat(packed.get(ValueLayout.JAVA_BYTE, place)).isEqualTo((byte) expected);
                    }
                }
            }
        }
    }

    /** Streaming weights is what a token costs: packing must not make them larger. Elements of grids are stored by themselves. */
    @ParameterizedTest
    @MethodSource("types")
    void packedTilesShouldTakeAsManyBytesAsInTheFile(TensorType type) {
        long inFile = 16 * type.bytes(512);
        long sums = type == TensorType.Q8_K ? 16 * 2 * 32 : 0; // of its quants, which only files need
        long packed = Packer.tileBytes(type, 512);
        if (type.tableBlock().isPresent() && type != TensorType.MXFP4) {
            assertThat(packed).isBetween(inFile, 16 * TensorType.Q5_0.bytes(512));
        } else {
            assertThat(packed).isEqualTo(inFile - sums);
        }
    }

    @Test
    void everyComputableTypeShouldHaveALayout() {
        for (TensorType type : TensorType.values()) {
            boolean known =
                    QuantLayout.of(type).isPresent() || FloatLayout.of(type).isPresent();
            assertThat(known).as(type.name()).isEqualTo(type.computable());
        }
    }

    private static MemorySegment pack(Tensor tensor) {
        Packer packer = Packer.of(tensor);
        long tiles = tensor.matrices() * Packer.tiles(tensor.rows());
        long tileBytes = Packer.tileBytes(tensor.type(), (int) tensor.columns());
        MemorySegment packed = Arena.ofAuto().allocate(tiles * tileBytes, 64);
        packed.fill((byte) 0x5A); // everything is to be written
        for (long tile = 0; tile < tiles; tile++) {
            packer.pack(tile, packed.asSlice(tile * tileBytes, tileBytes));
        }
        return packed;
    }

    /** Any bytes, as long as scales are finite. */
    private static Tensor random(TensorType type, int columns, int rows, int matrices, long seed) {
        Random random = new Random(seed);
        byte[] bytes = new byte[(int) type.bytes(columns) * rows * matrices];
        random.nextBytes(bytes);
        Tensor tensor = new Tensor("random", type, columns, rows, matrices, MemorySegment.ofArray(bytes));
        Optional<NonFinite> bad;
        while ((bad = NonFinite.firstIn(tensor)).isPresent()) {
            long element = bad.get().row() * columns + bad.get().column();
            int place = (int) (element / type.blockElements() * type.blockBytes());
            for (int i = 0; i < type.blockBytes(); i++) {
                bytes[place + i] = (byte) random.nextInt();
            }
        }
        return tensor;
    }
}
