package dev.lockstep.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Blocks from quantised files of llama.cpp together with its own expansion of them; see {@code tools/golden}. */
final class GoldenBlocks {
    private GoldenBlocks() {}

    static MemorySegment blocks(TensorType type) {
        return MemorySegment.ofArray(bytes("golden/" + type + ".blocks"));
    }

    /** The values of the blocks. */
    static float[] floats(TensorType type) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes("golden/" + type + ".f32")).order(ByteOrder.LITTLE_ENDIAN);
        float[] floats = new float[buffer.remaining() / Float.BYTES];
        buffer.asFloatBuffer().get(floats);
        return floats;
    }

    private static byte[] bytes(String resource) {
        try (InputStream stream = GoldenBlocks.class.getClassLoader().getResourceAsStream(resource)) {
            assertThat(stream).as(resource).isNotNull();
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
