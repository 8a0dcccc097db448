package dev.lockstep.lpu.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineReaderTest {
    private static final String GOOD = good();

    @Test
    void shouldReadWhatAUserWrote(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("mine.toml");
        Files.writeString(
                file, GOOD.replace("name = \"lpu-v1\"", "name = \"mine\"").replace("value = 900,", "value = 1000,"));

        Machine machine = Machine.read(file);

        assertThat(machine.name()).isEqualTo("mine");
        assertThat(machine.hopCycles()).isEqualTo(300);
    }

    /** What is replaced by what, and what the message must say: the place, and a remedy. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            lanes = { value = 320, unit | lames = { value = 320, unit | vector.lames is no number of a machine
            lanes = { value = 320,      | lanes = { value = 320.5,    | vector.lanes.value is 320.5. It must be a whole number
            lanes = { value = 320,      | lanes = { value = "320",    | vector.lanes.value is no number. Write value = 123
            lanes = { value = 320,      | lanes = { value = 1e300,    | It must be a whole number from 16 to 4096
            lanes = { value = 320,      | lanes = { value = nan,      | vector.lanes.value is no number
            lanes = { value = 320,      | lanes = { value = 336,      | vector.lanes is not 16 lanes for each
            lanes = { value = 320,      | lanes = {                   | vector.lanes.value is missing. Add it
            unit = "MHz"                | unit = "GHz"                | clock.frequency.unit is 'GHz'. Give the value in 'MHz'
            unit = "MHz"                | units = "MHz"               | clock.frequency.units is unknown
            status = "assumed", note = "as fast as a read" | status = "assumed" | needs a note that says why
            status = "observed"         | status = "rumoured"         | Write "published", "derived", "observed" or "assumed"
            status = "observed"         | status = "overridden"       | Write "published", "derived", "observed" or "assumed"
            source = "USERS"            | source = "USER"             | which [sources] does not have. Add it there
            status = "published", source = "ISCA20" } | status = "published" } | Name an entry of [sources]
            [clock]                     | [clocks]                    | clocks is not part of a machine
            [host]                      | host = 3                    | refused
            name = "lpu-v1"             | name = "../x"               | is no name. Use up to 64
            name = "lpu-v1"             | name = 7                    | name is no text
            title =                     | titel =                     | title is missing. Add it
            rows = { value = 320,       | rows = { value = 160,       | mxm.rows or mxm.columns is not vector.lanes
            slices_per_hemisphere = { value = 44 | slices_per_hemisphere = { value = 45 | from 1 to 44
            planes = { value = 4,       | planes = { value = 3,       | mxm.planes is odd
            queues = { value = 144,     | queues = { value = 145,     | is not the sum of the units' queues, 144
            hop = { value = 300.0,      | hop = { value = 30.0,       | link.hop is shorter
            ports = { value = 11,       | ports = { value = 6,        | exceeds link.ports
            node_chips = { value = 8,   | node_chips = { value = 9,   | needs a local port
            """)
    void shouldRefuseWithPlaceAndRemedy(String good, String bad, String message) {
        assertThat(GOOD).contains(good);
        String text =
                GOOD.replaceFirst(java.util.regex.Pattern.quote(good), java.util.regex.Matcher.quoteReplacement(bad));

        assertThatExceptionOfType(MachineException.class)
                .isThrownBy(() -> Machine.parse("mine.toml", text))
                .satisfies(e -> {
                    assertThat(e.getMessage()).startsWith("mine.toml:").endsWith(".");
                    if (!message.equals("refused")) {
                        assertThat(e.getMessage()).contains(message);
                    }
                });
    }

    @Test
    void shouldNameTheLine() {
        int line = GOOD.substring(0, GOOD.indexOf("lanes = {")).split("\n", -1).length;

        assertThatThrownBy(
                        () -> Machine.parse("mine.toml", GOOD.replace("lanes = { value = 320", "lanes = { value = -1")))
                .hasMessageStartingWith("mine.toml:" + line + ":");
    }

    @Test
    void shouldRefuseUnknownNamesAndFiles(@TempDir Path directory) {
        assertThatThrownBy(() -> Machine.builtIn("../x")).hasMessageContaining("Use lpu-v1");
        assertThatThrownBy(() -> Machine.builtIn("lpu-v9")).hasMessageContaining("Use lpu-v1");
        assertThatThrownBy(() -> Machine.read(directory.resolve("none.toml"))).hasMessageContaining("Check the path");
    }

    @Test
    void shouldNeverFailOtherwiseOnDamagedText() {
        long seed = 20_261_126;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder(GOOD);
            for (int damage = random.nextInt(4); damage >= 0; damage--) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, (char) (32 + random.nextInt(95)));
                    default -> text.setCharAt(at, GOOD.charAt(random.nextInt(GOOD.length())));
                }
            }
            try {
                Machine.parse("damaged.toml", text.toString());
            } catch (MachineException e) {
                assertThat(e.getMessage()).as("seed %d round %d", seed, round).startsWith("damaged.toml");
            }
        }
    }

    private static String good() {
        try (InputStream in = Machine.class.getResourceAsStream("lpu-v1.toml")) {
            return new String(java.util.Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
