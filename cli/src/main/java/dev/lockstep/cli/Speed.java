package dev.lockstep.cli;

import dev.lockstep.engine.Generation;

/** The line about speed that stands below an answer. */
final class Speed {
    private Speed() {}

    static String of(Generation generation) {
        var statistics = generation.statistics();
        int computed = statistics.promptTokens() - statistics.cachedTokens();
        var line = new StringBuilder("[prompt ")
                .append(computed)
                .append(" tokens at ")
                .append(Printable.rate(statistics.prefillTokensPerSecond()))
                .append("/s");
        if (statistics.cachedTokens() > 0) {
            line.append(", ").append(statistics.cachedTokens()).append(" cached");
        }
        line.append("; answer ")
                .append(statistics.generatedTokens())
                .append(" tokens at ")
                .append(Printable.rate(statistics.decodeTokensPerSecond()))
                .append("/s");
        switch (generation.finishReason()) {
            case STOP -> {}
            case LENGTH -> line.append("; ended by the limit of tokens");
            case CANCELLED -> line.append("; stopped");
        }
        return line.append("]").toString();
    }
}
