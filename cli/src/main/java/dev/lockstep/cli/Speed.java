package dev.lockstep.cli;

import dev.lockstep.engine.service.CompletionResult;

/** The line about speed that stands below an answer. */
final class Speed {
    private Speed() {}

    static String of(CompletionResult result) {
        var usage = result.usage();
        int computed = usage.promptTokens() - usage.cachedTokens();
        var line = new StringBuilder("[prompt ")
                .append(computed)
                .append(" tokens at ")
                .append(Printable.rate(result.promptTokensPerSecond()))
                .append("/s");
        if (usage.cachedTokens() > 0) {
            line.append(", ").append(usage.cachedTokens()).append(" cached");
        }
        line.append("; answer ")
                .append(usage.completionTokens())
                .append(" tokens at ")
                .append(Printable.rate(result.answerTokensPerSecond()))
                .append("/s");
        switch (result.choices().getFirst().finishReason()) {
            case STOP, TOOL_CALLS -> {}
            case LENGTH -> line.append("; ended by the limit of tokens");
            case CANCELLED -> line.append("; stopped");
        }
        return line.append("]").toString();
    }
}
