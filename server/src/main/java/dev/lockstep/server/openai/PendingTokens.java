package dev.lockstep.server.openai;

import dev.lockstep.engine.service.ScoredToken;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tokens of each choice whose text has not been sent yet: their log-probabilities go with it. */
final class PendingTokens {
    private final Map<Integer, List<ScoredToken>> tokens = new HashMap<>();

    void add(int choice, ScoredToken token) {
        tokens.computeIfAbsent(choice, _ -> new ArrayList<>()).add(token);
    }

    /** Those of a choice since the last call. */
    List<ScoredToken> take(int choice) {
        List<ScoredToken> taken = tokens.remove(choice);
        return taken == null ? List.of() : taken;
    }
}
