package dev.lockstep.graph.conformance;

import dev.lockstep.graph.architecture.Architectures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A prompt with the results of the file's exact weights.
 *
 * @param contextLength context that the reference engine was opened with
 * @param exactMargins distance between the two largest logits at each greedy step; empty where they were not recorded
 * @param engineRms root mean square of the difference between the reference engine's 8-bit run and {@code exact}
 */
record ConformanceCase(
        String name,
        Path gguf,
        int contextLength,
        int[] tokens,
        float[] exact,
        int[] exactGreedy,
        double[] exactMargins,
        OptionalDouble engineRms) {

    /** The folder with the data, or one that does not exist. */
    static Path folder() {
        return Path.of(System.getProperty("lockstep.root", ".."), "..", "shared", "conformance");
    }

    /** All cases of architectures that can be run. */
    static Stream<ConformanceCase> all() {
        return Stream.concat(files("models"), files("stories260k")).flatMap(file -> read(file).stream());
    }

    private static Stream<Path> files(String folder) {
        try (Stream<Path> files = Files.list(folder().resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<ConformanceCase> read(Path file) {
        JsonNode json = JsonMapper.shared().readTree(file.toFile());
        if (!Architectures.names().contains(json.get("arch").asString())) {
            return List.of();
        }
        Path gguf = file.resolveSibling(json.get("gguf").asString());
        String name = json.get("name").asString();
        return json.has("cases") ? stories(json, name, gguf) : List.of(model(json, name, gguf));
    }

    private static ConformanceCase model(JsonNode json, String name, Path gguf) {
        JsonNode exact = json.get("exact");
        JsonNode engine = json.get("agreement").path("this run vs exact").path("rms");
        return new ConformanceCase(
                name,
                gguf,
                json.get("n_ctx").asInt(),
                ints(json.get("tokens_in")),
                floats(gguf.resolveSibling(exactFile(json).asString())),
                ints(exact.get("greedy_tokens_out")),
                doubles(exact.get("greedy_margin")),
                engine.isNumber() ? OptionalDouble.of(engine.asDouble()) : OptionalDouble.empty());
    }

    /** Of GELU models the float64 evaluation, since the reference engine takes GELU from a table of float16. */
    private static JsonNode exactFile(JsonNode json) {
        JsonNode float64 = json.path("f64").path("file");
        return float64.isString() ? float64 : json.get("exact").get("file");
    }

    /** The float32 file is its own exact run; the others do not record the margins of theirs. */
    private static List<ConformanceCase> stories(JsonNode json, String name, Path gguf) {
        List<ConformanceCase> cases = new ArrayList<>();
        for (JsonNode prompt : json.get("cases")) {
            boolean isExact = !prompt.has("exact_logits");
            JsonNode engine = prompt.path("vs_exact").path("rms");
            cases.add(new ConformanceCase(
                    name + ".p" + cases.size(),
                    gguf,
                    json.path("n_ctx").asInt(Integer.MAX_VALUE),
                    ints(prompt.get("tokens_in")),
                    floats(gguf.resolveSibling(
                            prompt.get(isExact ? "logits" : "exact_logits").asString())),
                    ints(prompt.get(isExact ? "greedy_tokens_out" : "exact_greedy_tokens_out")),
                    isExact ? doubles(prompt.get("greedy_margin")) : new double[0],
                    engine.isNumber() ? OptionalDouble.of(engine.asDouble()) : OptionalDouble.empty()));
        }
        return cases;
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::asDouble).toArray();
    }

    private static float[] floats(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            float[] floats = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(floats);
            return floats;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
