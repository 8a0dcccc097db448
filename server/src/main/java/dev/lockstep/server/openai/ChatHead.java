package dev.lockstep.server.openai;

import dev.lockstep.server.serving.ServedModel;
import java.time.Instant;

/** What all pieces of an answer have in common. */
record ChatHead(String id, long created, String model, String systemFingerprint) {
    /** @param prefix of the id */
    static ChatHead of(String prefix, ServedModel served) {
        return new ChatHead(Words.id(prefix), Instant.now().getEpochSecond(), served.id(), "lockstep-" + served.id());
    }
}
