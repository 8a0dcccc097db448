package dev.lockstep.cli.models;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model of Hugging Face: {@code hf:owner/repository}, with {@code :TYPE} where one of several types of weights is wanted.
 *
 * @param type empty for the usual one
 */
public record HubName(String owner, String repository, Optional<String> type) {
    public static final String PREFIX = "hf:";

    private static final Pattern FORM = Pattern.compile("hf:([\\w.-]+)/([\\w.-]+?)(?::([\\w.-]+))?");

    /** What is taken where nothing is said, the first that there is: small, and hardly worse than the original. */
    private static final List<String> USUAL_TYPES = List.of("Q4_K_M", "Q4_0", "Q8_0");

    /** @throws ModelException if the text has another form */
    public static HubName parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches() || parts.group(1).startsWith(".") || parts.group(2).startsWith(".")) {
            throw new ModelException(
                    text + ": is no repository; write hf:OWNER/REPOSITORY, or hf:OWNER/REPOSITORY:Q4_K_M");
        }
        return new HubName(parts.group(1), parts.group(2), Optional.ofNullable(parts.group(3)));
    }

    /** Of the names of models in this repository the one that is meant, if it is there. */
    Optional<String> choose(Collection<String> models) {
        if (type.isPresent()) {
            return models.stream()
                    .filter(model -> FileNames.hasType(model, type.get()))
                    .findFirst();
        }
        return USUAL_TYPES.stream()
                .flatMap(usual -> models.stream().filter(model -> FileNames.hasType(model, usual)))
                .findFirst()
                .or(() -> models.stream().findFirst());
    }

    @Override
    public String toString() {
        return PREFIX + owner + "/" + repository + type.map(word -> ":" + word).orElse("");
    }
}
