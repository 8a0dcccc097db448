package dev.lockstep.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.tensor.TensorType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SegmentsTest {
    @ParameterizedTest
    @CsvSource({
        "F32, 1, '0 1'",
        "F32, 100, '0 100'",
        "Q4_0, 511, '0 511'",
        "Q4_0, 512, '0 256 512'",
        "Q4_0, 1023, '0 512 1023'",
        "Q4_0, 1056, '0 256 512 768 1056'",
        "Q4_0, 2048, '0 256 512 768 1024 1280 1536 1792 2048'",
        "F16, 5632, '0 704 1408 2112 2816 3520 4224 4928 5632'",
        "Q4_K, 5632, '0 512 1280 2048 2816 3328 4096 4864 5632'",
        "Q6_K, 512, '0 256 512'",
    })
    void shouldCutRowsIntoWholeUnits(TensorType type, int columns, String boundaries) {
        Segments segments = Segments.of(type, columns);
        StringBuilder starts = new StringBuilder("0");
        for (int s = 1; s <= segments.count(); s++) {
            starts.append(' ').append(segments.start(s));
        }
        assertThat(starts).hasToString(boundaries);
    }
}
