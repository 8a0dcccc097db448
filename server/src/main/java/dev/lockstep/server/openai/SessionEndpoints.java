package dev.lockstep.server.openai;

import dev.lockstep.engine.service.Conversation;
import dev.lockstep.engine.service.SavedSession;
import dev.lockstep.engine.service.SessionFileException;
import dev.lockstep.server.http.ApiError;
import dev.lockstep.server.http.ApiException;
import dev.lockstep.server.http.Exchange;
import dev.lockstep.server.http.Json;
import dev.lockstep.server.http.JsonFields;
import dev.lockstep.server.serving.Answers;
import dev.lockstep.server.serving.EngineErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Conversations in files: what was computed of them, for a server that is started again. */
final class SessionEndpoints {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final String SUFFIX = ".session";

    private final Answers answers;
    private final Optional<Path> directory;

    /** @param directory where they are kept; nowhere if empty */
    SessionEndpoints(Answers answers, Optional<Path> directory) {
        this.answers = answers;
        this.directory = directory;
    }

    record Saved(String name, long bytes) {}

    record Listing(List<Saved> sessions) {}

    record Written(String name, int tokens, int computedTokens, long bytes) {}

    record Loaded(String name, int tokens, int computedTokens, JsonNode messages) {}

    record Deleted(String name, boolean deleted) {}

    void list(Exchange exchange) {
        List<Saved> sessions = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory())) {
            for (Path file : files.sorted().toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(SUFFIX)) {
                    sessions.add(new Saved(name.substring(0, name.length() - SUFFIX.length()), Files.size(file)));
                }
            }
        } catch (NoSuchFileException none) {
            sessions.clear(); // nothing was saved yet
        } catch (IOException unreadable) {
            throw broken(unreadable);
        }
        exchange.sendJson(200, new Listing(sessions));
    }

    void save(Exchange exchange) {
        JsonFields fields = exchange.json();
        String name = name(fields);
        Path file = file(name);
        Conversation conversation =
                EngineErrors.renamed(RequestReader.CHAT_FIELDS, () -> RequestReader.conversation(fields));
        String messages = Json.text(fields.node("messages").orElseThrow());
        try {
            Files.createDirectories(directory());
            SavedSession saved = EngineErrors.renamed(
                    RequestReader.CHAT_FIELDS,
                    () -> named(name, file, () -> answers.service().save(conversation, file, messages)));
            exchange.sendJson(200, new Written(name, saved.tokens(), saved.computed(), Files.size(file)));
        } catch (IOException refused) {
            throw broken(refused);
        }
    }

    void load(Exchange exchange) {
        String name = name(exchange.json());
        Path file = existing(name);
        SavedSession session = named(name, file, () -> answers.service().load(file));
        exchange.sendJson(200, new Loaded(name, session.tokens(), session.computed(), Json.parse(session.note())));
    }

    void delete(Exchange exchange) {
        String name = name(exchange.json());
        try {
            Files.delete(existing(name));
        } catch (IOException refused) {
            throw broken(refused);
        }
        exchange.sendJson(200, new Deleted(name, true));
    }

    private static String name(JsonFields fields) {
        String name = fields.requiredString("name");
        if (!NAME.matcher(name).matches()) {
            throw fields.invalid(
                    "name",
                    "must be 1 to 100 letters, digits, dots, dashes or underscores, and begin with one of the first two");
        }
        return name;
    }

    private Path directory() {
        return directory.orElseThrow(() -> new ApiException(ApiError.request(
                404, "no_sessions", "this server keeps no sessions; start it with --session-dir DIRECTORY")));
    }

    private Path file(String name) {
        return directory().resolve(name + SUFFIX);
    }

    private Path existing(String name) {
        Path file = file(name);
        if (!Files.isRegularFile(file)) {
            throw new ApiException(ApiError.request(
                    404, "session_not_found", "there is no session " + name + "; GET /sessions lists what there is"));
        }
        return file;
    }

    /** Tells of a session that is refused by its name: where the server keeps it is not the client's business. */
    private static SavedSession named(String name, Path file, Supplier<SavedSession> work) {
        try {
            return work.get();
        } catch (SessionFileException unusable) {
            String message = String.valueOf(unusable.getMessage()).replace(file.toString(), "the session " + name);
            throw new ApiException(ApiError.request(409, "session_unusable", message), unusable);
        }
    }

    private static ApiException broken(IOException failure) {
        return new ApiException(
                ApiError.internal("the directory of the sessions cannot be used: " + failure.getMessage()), failure);
    }
}
