package dev.lockstep.server.openai;

import dev.lockstep.engine.FinishReason;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names that OpenAI's API gives to things. */
final class Words {
    private Words() {}

    /** A new name for an object. */
    static String id(String prefix) {
        var random = ThreadLocalRandom.current();
        var hex = HexFormat.of();
        return prefix + hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
    }

    static String finishReason(FinishReason reason) {
        return switch (reason) {
            case STOP, CANCELLED -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> "tool_calls";
        };
    }
}
