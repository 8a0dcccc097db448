package dev.lockstep.server.openai;

import dev.lockstep.engine.service.Usage;
import java.util.List;

/** The tokens of a request, as OpenAI counts them. */
record UsageReport(int promptTokens, int completionTokens, int totalTokens, Details promptTokensDetails) {
    record Details(int cachedTokens) {}

    static UsageReport of(Usage usage) {
        return new UsageReport(
                usage.promptTokens(),
                usage.completionTokens(),
                usage.promptTokens() + usage.completionTokens(),
                new Details(usage.cachedTokens()));
    }

    static UsageReport sum(List<Usage> parts) {
        return of(new Usage(
                parts.stream().mapToInt(Usage::promptTokens).sum(),
                parts.stream().mapToInt(Usage::cachedTokens).sum(),
                parts.stream().mapToInt(Usage::completionTokens).sum()));
    }
}
