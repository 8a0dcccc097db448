package dev.lockstep.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A prompt of the conformance data (its README describes the files) with the logits that another engine has computed.
 *
 * @param type of the file's weights
 * @param engine name of the other engine
 * @param logits file with its results
 * @param exact file with its results for the same weights expanded to float32, where it rounds nothing
 */
record ReferenceRun(String name, String type, Path model, String engine, int[] tokens, Path logits, Path exact) {
    /** All runs of llama models of one block type, or a mixture of some; those with float weights have no quantised run. */
    static List<ReferenceRun> all(Path folder) {
        return Stream.of("models", "stories260k")
                .flatMap(part -> descriptions(folder.resolve(part)))
                .flatMap(file -> read(file).stream())
                .toList();
    }

    /** The rows of a file of logits. */
    static float[] floats(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            var floats = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(floats);
            return floats;
        } catch (IOException failure) {
            throw unreadable(file, failure);
        }
    }

    private static Stream<Path> descriptions(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
        } catch (IOException failure) {
            throw unreadable(folder, failure);
        }
    }

    private static List<ReferenceRun> read(Path file) {
        try {
            JsonNode json = JsonMapper.shared().readTree(file.toFile());
            if (!json.path("arch").asString("").equals("llama")) {
                return List.of();
            }
            return json.has("cases") ? prompts(json, file) : List.of(model(json, file));
        } catch (JacksonException broken) {
            throw unreadable(file, broken);
        }
    }

    private static ReferenceRun model(JsonNode json, Path file) {
        return new ReferenceRun(
                json.required("name").asString(),
                json.required("type").asString(),
                file.resolveSibling(json.required("gguf").asString()),
                engine(json),
                ints(json.required("tokens_in")),
                file.resolveSibling(json.required("logits").required("file").asString()),
                file.resolveSibling(json.required("exact").required("file").asString()));
    }

    /** One run per prompt; a file without {@code exact_logits} is float32, and its own exact run. */
    private static List<ReferenceRun> prompts(JsonNode json, Path file) {
        List<ReferenceRun> runs = new ArrayList<>();
        String name = json.required("name").asString();
        for (JsonNode prompt : json.required("cases")) {
            String logits = prompt.required("logits").asString();
            runs.add(new ReferenceRun(
                    name + ", prompt " + (runs.size() + 1),
                    name.substring(name.lastIndexOf('-') + 1),
                    file.resolveSibling(json.required("gguf").asString()),
                    engine(json),
                    ints(prompt.required("tokens_in")),
                    file.resolveSibling(logits),
                    file.resolveSibling(prompt.path("exact_logits").asString(logits))));
        }
        return runs;
    }

    private static String engine(JsonNode json) {
        return json.required("engine").required("name").asString();
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::asInt).toArray();
    }

    private static RuntimeException unreadable(Path path, Exception why) {
        return new UsageException(
                path + ": is no conformance data (" + why.getMessage() + "); give the folder that its README is in",
                why);
    }
}
