package dev.lockstep.host.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.tensor.NonFinite;
import dev.lockstep.tensor.SyntheticWeights;
import dev.lockstep.tensor.Tensor;
import dev.lockstep.tensor.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds packing to the plain way of doing it: a field at a time, through the accessors of the block descriptors. */
class PlainPackingTest {
    private static final int COLUMNS = 512;

    static Stream<TensorType> types() {
        return Stream.concat(
                Arrays.stream(QuantLayout.values()).map(QuantLayout::type),
                Stream.of(TensorType.F32, TensorType.F16, TensorType.BF16));
    }

    @ParameterizedTest
    @EnumSource
    void shouldPackQuantsLikeThePlainWay(QuantLayout layout) {
        for (int rows : new int[] {1, 15, 16, 37}) {
            Tensor matrix = random(layout.type(), rows, 2, 7);
            int tileBytes = COLUMNS / layout.columns() * layout.unitBytes();
            Packer packer = Packer.of(matrix);
            for (long tile = 0; tile < 2 * Packer.tiles(rows); tile++) {
                byte[] packed = new byte[tileBytes];
                Arrays.fill(packed, (byte) 0x55);
                packer.pack(tile, MemorySegment.ofArray(packed));

                assertThat(packed).as("%d rows, tile %d", rows, tile).isEqualTo(plain(matrix, layout, tile, tileBytes));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldPutFloatsColumnByColumn(FloatLayout layout) {
        TensorType type = TensorType.valueOf(layout.name());
        int rows = 19;
        int size = layout.elementBytes();
        Tensor matrix = random(type, rows, 1, 3);
        for (int tile = 0; tile < 2; tile++) {
            byte[] packed = new byte[COLUMNS * layout.columnBytes()];
            Arrays.fill(packed, (byte) 0x55);

            assertThat(Packer.of(matrix).pack(tile, MemorySegment.ofArray(packed)))
                    .isTrue();

            for (int column = 0; column < COLUMNS; column++) {
                for (int row = 0; row < 16; row++) {
                    int at = column * layout.columnBytes() + row * size;
                    byte[] expected = new byte[size];
                    if (16 * tile + row < rows) {
                        long from = (16L * tile + row) * matrix.rowBytes() + (long) column * size;
                        MemorySegment.copy(matrix.data(), ValueLayout.JAVA_BYTE, from, expected, 0, size);
                    }
                    assertThat(Arrays.copyOfRange(packed, at, at + size)).isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void shouldNoticeEveryInfinityAndNan(TensorType type) {
        Tensor matrix = random(type, 20, 1, 5);
        byte[] packed = new byte[(int) Packer.tileBytes(type, COLUMNS)];
        assertThat(Packer.of(matrix).pack(1, MemorySegment.ofArray(packed))).isTrue();
        // wherever a byte of the last row becomes 0x7f or 0xff: what the definition finds must be noticed
        long first = 19 * matrix.rowBytes();
        for (long at = first; at < first + matrix.rowBytes(); at++) {
            byte before = matrix.data().get(ValueLayout.JAVA_BYTE, at);
            for (int bad : new int[] {0x7f, 0x7c, 0xff}) {
                matrix.data().set(ValueLayout.JAVA_BYTE, at, (byte) bad);
                if (NonFinite.firstIn(matrix).isPresent()) {
                    assertThat(Packer.of(matrix).pack(1, MemorySegment.ofArray(packed)))
                            .as("byte %d is %d", at, bad)
                            .isFalse();
                }
            }
            matrix.data().set(ValueLayout.JAVA_BYTE, at, before);
        }
    }

    private static Tensor random(TensorType type, int rows, int matrices, long seed) {
        MemorySegment data = Arena.ofAuto().allocate(type.bytes(COLUMNS) * rows * matrices, 64);
        SyntheticWeights.fill(type, data, seed, 0.1f);
        return new Tensor("w", type, COLUMNS, rows, matrices, data);
    }

    private static byte[] plain(Tensor matrix, QuantLayout layout, long tile, int tileBytes) {
        byte[] packed = new byte[tileBytes];
        UnitFields fields = new UnitFields(layout);
        UnitBytes bytes = new UnitBytes(layout);
        long tiles = Packer.tiles(matrix.rows());
        for (int unit = 0; unit < COLUMNS / layout.columns(); unit++) {
            bytes.clear();
            for (int row = 0; row < 16 && tile % tiles * 16 + row < matrix.rows(); row++) {
                long inFile = tile / tiles * matrix.rows() + tile % tiles * 16 + row;
                long block = (long) unit * matrix.type().blockBytes();
                fields.read(matrix.data(), inFile * matrix.rowBytes() + block);
                bytes.put(row, fields);
            }
            bytes.copyTo(MemorySegment.ofArray(packed), (long) unit * layout.unitBytes());
        }
        return packed;
    }
}
