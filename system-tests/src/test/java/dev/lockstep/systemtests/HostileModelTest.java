package dev.lockstep.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.engine.EngineChoice;
import dev.lockstep.engine.EngineException;
import dev.lockstep.engine.Lockstep;
import dev.lockstep.engine.LockstepOptions;
import dev.lockstep.engine.sampling.SamplingParameters;
import dev.lockstep.engine.service.CompletionRequest;
import dev.lockstep.engine.service.InferenceService;
import dev.lockstep.engine.service.ServiceOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model file with changed bytes goes the whole road, from the file to text: it runs, or it is refused with one sentence that
 * names the file. Nothing else: no other exception, no hang, no memory beyond what the test has.
 *
 * <p>A failure names its seed. {@code -Dlockstep.hostile.models=100000} searches longer, {@code -Dlockstep.hostile.seed=S} begins elsewhere.
 */
class HostileModelTest {
    private static final int MODELS = Integer.getInteger("lockstep.hostile.models", 1500);
    private static final long FIRST_SEED = Long.getLong("lockstep.hostile.seed", 1);

    /** Numbers at which counts, sizes and offsets go wrong. */
    private static final long[] BOUNDARIES = {
        0,
        1,
        2,
        31,
        33,
        255,
        1 << 16,
        Integer.MAX_VALUE,
        0x8000_0000L,
        0xffff_ffffL,
        1L << 32,
        Long.MAX_VALUE - 7,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        -1
    };

    private static final LockstepOptions OPTIONS = LockstepOptions.DEFAULT
            .withEngine(EngineChoice.REFERENCE)
            .withCache(false)
            .withWarnings(_ -> {});

    private static final CompletionRequest GREEDY = CompletionRequest.of("ab")
            .sampling(SamplingParameters.GREEDY)
            .maxTokens(2)
            .build();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void shouldRunOrRefuseWhateverTheBytesAre() throws IOException {
        byte[] sound = Files.readAllBytes(TinyModel.write(directory));
        int headerBytes = indexOf(sound, "output.weight") + 40;
        Path file = directory.resolve("hostile.gguf");
        int refused = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + MODELS; seed++) {
            byte[] changed = change(sound, headerBytes, new SplittableRandom(seed));
            Files.write(file, changed);
            refused += outcome(file, seed) ? 0 : 1;
        }
        // The changes must reach something, and must not all be noticed by the first check.
        assertThat(refused).isBetween(MODELS / 10, MODELS * 99 / 100);
    }

    /** Whether the model could be opened and ran; otherwise it was refused. */
    private static boolean outcome(Path file, long seed) {
        return Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    boolean opened = false;
                    try (var service = InferenceService.open(Lockstep.open(file, OPTIONS), ServiceOptions.DEFAULT)) {
                        opened = true;
                        service.complete(GREEDY, _ -> {});
                        return true;
                    } catch (EngineException refusal) {
                        assertThat(refusal.getMessage())
                                .as("seed %d", seed)
                                .contains(opened ? "model" : "hostile.gguf")
                                .doesNotContain("\n");
                        return false;
                    } catch (RuntimeException | Error other) {
                        throw new AssertionError("seed " + seed + ": " + other, other);
                    }
                },
                () -> "seed " + seed + " hangs");
    }

    private static byte[] change(byte[] sound, int headerBytes, SplittableRandom random) {
        byte[] bytes = sound.clone();
        ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(headerBytes);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> view.putInt(at, (int) BOUNDARIES[random.nextInt(BOUNDARIES.length)]);
                case 3 -> view.putLong(at, BOUNDARIES[random.nextInt(BOUNDARIES.length)]);
                case 4 -> view.putFloat(number(random, headerBytes, bytes.length), strange(random));
                case 5 -> System.arraycopy(sound, random.nextInt(headerBytes), bytes, at, 1 + random.nextInt(64));
                case 6 -> {
                    if (random.nextInt(8) == 0) {
                        return Arrays.copyOf(bytes, random.nextInt(bytes.length));
                    }
                    bytes[at]++;
                }
                default -> throw new AssertionError();
            }
        }
        return bytes;
    }

    private static int number(SplittableRandom random, int from, int to) {
        return from + random.nextInt((to - from) / Float.BYTES) * Float.BYTES;
    }

    private static float strange(SplittableRandom random) {
        float[] values = {Float.NaN, Float.POSITIVE_INFINITY, -0f, Float.MAX_VALUE, Float.MIN_VALUE};
        return values[random.nextInt(values.length)];
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }
}
