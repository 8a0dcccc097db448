package dev.lockstep.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A table of groups of levels, from which the IQ types choose: the combinations of values that are worth a number. They were found by search and
 * are data; {@code tools/golden/tensor-types.py} writes them.
 */
final class Grid {
    private final String name;
    private final int bits;
    private volatile short @Nullable [] entries;

    /** @param bits of a level */
    Grid(String name, int bits) {
        this.name = name;
        this.bits = bits;
    }

    /** The level of element {@code i} of an entry. */
    int level(int entry, int i) {
        short[] loaded = entries;
        if (loaded == null) {
            loaded = load();
            entries = loaded;
        }
        return (loaded[entry] & 0xffff) >> bits * i & (1 << bits) - 1;
    }

    /** When a model needs it: few do, and types are named at every start. */
    private short[] load() {
        try (InputStream stream = Grid.class.getResourceAsStream(name + ".grid")) {
            if (stream == null) {
                throw new IOException("the resource " + name + ".grid is missing");
            }
            byte[] bytes = stream.readAllBytes();
            short[] levels = new short[bytes.length / Short.BYTES];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = (short) (bytes[2 * i] & 0xff | bytes[2 * i + 1] << 8);
            }
            return levels;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
