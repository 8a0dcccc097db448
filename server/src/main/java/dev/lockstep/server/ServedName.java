package dev.lockstep.server;

import java.util.Set;

/**
 * What clients call a model.
 *
 * @param id the name that it is listed under
 * @param aliases other names that requests may use; {@code *} lets them use any
 */
public record ServedName(String id, Set<String> aliases) {
    public ServedName {
        aliases = Set.copyOf(aliases);
        if (id.isBlank()) {
            throw new IllegalArgumentException("the name of the model is empty");
        }
    }

    public static ServedName of(String id) {
        return new ServedName(id, Set.of());
    }

    /** The file's name without its ending. */
    public static ServedName ofFile(String fileName) {
        return of(fileName.endsWith(".gguf") ? fileName.substring(0, fileName.length() - ".gguf".length()) : fileName);
    }

    public ServedName withAliases(Set<String> aliases) {
        return new ServedName(id, aliases);
    }
}
