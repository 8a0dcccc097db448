package dev.lockstep.cli.models;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Hugging Face, or a mirror with the same interface that {@code HF_ENDPOINT} names; {@code HF_TOKEN} opens what is not public. */
final class Hub {
    private static final String USUAL_ENDPOINT = "https://huggingface.co";

    private final String endpoint;
    private final Optional<String> token;
    private final Web web;

    Hub(String endpoint, Optional<String> token, Web web) {
        this.endpoint = endpoint;
        this.token = token;
        this.web = web;
    }

    static Hub ofUser(Web web) {
        var endpoint = Optional.ofNullable(System.getenv("HF_ENDPOINT")).filter(text -> !text.isBlank());
        return new Hub(
                endpoint.orElse(USUAL_ENDPOINT).replaceFirst("/+$", ""),
                Optional.ofNullable(System.getenv("HF_TOKEN")).filter(text -> !text.isBlank()),
                web);
    }

    /**
     * The files of the model that is meant, by their names, in order.
     *
     * @throws ModelException if there is no such model
     */
    Map<String, RemoteFile> files(HubName name) {
        var repository = name.owner() + "/" + name.repository();
        var listing = new RemoteFile(
                URI.create(endpoint + "/api/models/" + repository + "/tree/main?recursive=true"),
                token,
                Optional.empty());
        var entries = read(listing);
        Map<String, List<JsonNode>> models = new LinkedHashMap<>();
        for (var entry : entries) {
            var path = entry.path("path").asString("");
            var file = fileName(path);
            // A projector is the part of a model that sees pictures, in a file of its own.
            if (FileNames.isModel(path) && !file.startsWith("mmproj")) {
                models.computeIfAbsent(FileNames.model(file), _ -> new ArrayList<>())
                        .add(entry);
            }
        }
        if (models.isEmpty()) {
            return directory(name, entries);
        }
        var chosen = name.choose(models.keySet())
                .orElseThrow(() -> new ModelException(
                        name + ": the repository has no such type; it has " + String.join(", ", models.keySet())));
        return files(repository, models.get(chosen));
    }

    /** The files of a directory with safetensors, the config last: what has one is complete. */
    private Map<String, RemoteFile> directory(HubName name, JsonNode entries) {
        List<JsonNode> files = new ArrayList<>();
        for (var entry : entries) {
            if (FileNames.isOfDirectory(entry.path("path").asString(""))) {
                files.add(entry);
            }
        }
        files.sort(Comparator.comparing(entry -> isConfig(entry)));
        boolean complete = FileNames.makeDirectory(
                files.stream().map(entry -> entry.path("path").asString()).toList());
        if (!complete || name.type().isPresent()) {
            throw new ModelException(name + ": the repository holds no GGUF files"
                    + (complete ? "; leave the type away to get its safetensors" : " and no safetensors")
                    + "; many models have GGUF files in another repository, whose name ends with GGUF");
        }
        return files(name.owner() + "/" + name.repository(), files);
    }

    private static boolean isConfig(JsonNode entry) {
        return entry.path("path").asString("").equals(FileNames.CONFIG);
    }

    private Map<String, RemoteFile> files(String repository, List<JsonNode> entries) {
        Map<String, RemoteFile> files = new LinkedHashMap<>();
        for (var entry : entries) {
            var path = entry.path("path").asString();
            files.put(
                    fileName(path),
                    new RemoteFile(
                            URI.create(endpoint + "/" + repository + "/resolve/main/" + encoded(path)),
                            token,
                            Optional.of(entry.path("lfs").path("oid").asString(""))
                                    .filter(text -> !text.isEmpty())));
        }
        return files;
    }

    private JsonNode read(RemoteFile listing) {
        try (InputStream body = web.get(listing, Map.of()).body()) {
            return JsonMapper.shared().readTree(body.readAllBytes());
        } catch (UnreachableException broken) {
            throw new ModelException(
                    broken.getMessage()
                            + "; check the network, or bring the .gguf file from elsewhere and give its path",
                    broken);
        } catch (JacksonException | IOException wrong) {
            throw new ModelException(listing.address() + ": the answer is not understood; check HF_ENDPOINT", wrong);
        }
    }

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String encoded(String path) {
        return Stream.of(path.split("/"))
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }
}
