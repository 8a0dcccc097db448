package dev.lockstep.compiler.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Single-user speeds that others have published or measured, with their dates. */
public final class Published {
    /**
     * @param family the model's name here
     * @param qualifier such as {@code about}; mostly empty
     * @param least tokens a second and user, and
     * @param most the same where one figure was published
     */
    public record Speed(
            String family, String system, String model, String qualifier, int least, int most, String when) {
        /** As people read it. */
        public String tokensPerSecond() {
            String number = least == most
                    ? String.format(Locale.ROOT, "%,d", least)
                    : String.format(Locale.ROOT, "%,d to %,d", least, most);
            return qualifier.isEmpty() ? number : qualifier + " " + number;
        }
    }

    private static final List<Speed> SPEEDS = List.of(
            of(
                    "llama-2-70b",
                    "Groq LPU, 576 chips, INT8",
                    "Llama-2-70B, 4,096 context",
                    300,
                    "Nov 2023 to Feb 2024, Groq"),
            of("llama-2-70b", "Groq LPU, 640 chips", "Llama-2-70B", 240, "2023, EE Times"),
            of("llama-2-70b", "Groq LPU, cloud endpoint", "Llama-2-70B", 241, "Feb 2024, ArtificialAnalysis"),
            new Speed(
                    "llama-2-70b",
                    "8 x H100, TensorRT-LLM FP8",
                    "Llama-2-70B, batch 1",
                    "at least",
                    75,
                    75,
                    "Dec 2023, NVIDIA"),
            of("llama-2-7b", "Groq LPU", "Llama-2-7B, 2,048 context", 750, "Feb 2024, Groq"),
            new Speed("llama-3-8b", "Groq LPU", "Llama-3-8B", "", 800, 1300, "2024, press and a talk"),
            new Speed("llama-3-70b", "Groq LPU", "Llama-3-70B", "", 284, 350, "2024"),
            of("llama-3.1-8b", "Groq LPU, 8 bits", "Llama-3.1-8B", 751, "Sep 2024, ArtificialAnalysis"),
            of("llama-3.1-8b", "Cerebras CS-3, BF16", "Llama-3.1-8B", 1800, "Aug 2024, Cerebras"),
            of("llama-3.1-8b", "16 x SambaNova SN40L, BF16", "Llama-3.1-8B", 1042, "Sep 2024, SambaNova"),
            of("llama-3.1-8b", "GPUs of a cloud, 8 bits", "Llama-3.1-8B", 288, "Sep 2024, SambaNova"),
            of("llama-3.1-70b", "Groq LPU, 8 bits", "Llama-3.1-70B", 250, "Sep 2024, ArtificialAnalysis"),
            of("llama-3.1-70b", "Groq LPU, guessed tokens", "Llama-3.1-70B", 1665, "Nov 2024, ArtificialAnalysis"),
            of("llama-3.1-70b", "Cerebras CS-3, BF16", "Llama-3.1-70B", 450, "Aug 2024, Cerebras"),
            of("llama-3.1-70b", "16 x SambaNova SN40L, BF16", "Llama-3.1-70B", 457, "Sep 2024, SambaNova"),
            of("llama-3.1-70b", "GPUs of a cloud, 8 bits", "Llama-3.1-70B", 71, "Sep 2024, SambaNova"),
            of("llama-3.1-405b", "Cerebras CS-3", "Llama-3.1-405B", 969, "Nov 2024, press"),
            of("llama-3.1-405b", "16 x SambaNova SN40L, BF16", "Llama-3.1-405B", 129, "Sep 2024, SambaNova"),
            of("llama-3.1-405b", "GPUs of a cloud, 8 bits", "Llama-3.1-405B", 72, "Sep 2024, SambaNova"),
            of("llama-3.3-70b", "Groq LPU", "Llama-3.3-70B", 276, "Dec 2024, ArtificialAnalysis"),
            of("llama-3.3-70b", "1 x H200, TensorRT-LLM FP8", "Llama-3.3-70B", 51, "Dec 2024, NVIDIA"),
            of("llama-3.3-70b", "1 x H200, 1B draft model", "Llama-3.3-70B", 182, "Dec 2024, NVIDIA"),
            new Speed(
                    "llama-3.3-70b", "Cerebras CS-3", "Llama-3.3-70B", "about", 1780, 1780, "2026, read from a chart"),
            new Speed("mixtral-8x7b", "Groq LPU, 576 chips", "Mixtral 8x7B", "", 480, 500, "Feb 2024"),
            new Speed("mixtral-8x7b", "8 x H100", "Mixtral 8x7B", "about", 280, 280, "Feb 2024, SemiAnalysis"),
            new Speed("gpt-oss-120b", "Groq LPU, 576 chips", "gpt-oss-120B", "", 476, 500, "2025, ArtificialAnalysis"),
            new Speed("gpt-oss-120b", "Cerebras CS-3", "gpt-oss-120B", "about", 3000, 3000, "2025, press"),
            of(
                    "deepseek-v3",
                    "8 x B200, TensorRT-LLM FP4",
                    "DeepSeek-R1 (671B), batch 1, before tuning",
                    67,
                    "2025, NVIDIA"),
            new Speed(
                    "deepseek-v3",
                    "8 x B200, FP4, guessed tokens",
                    "DeepSeek-R1 (671B)",
                    "more than",
                    250,
                    250,
                    "Mar 2025, NVIDIA"),
            of(
                    "deepseek-v3",
                    "8 x B200, TensorRT-LLM FP4, tokens guessed and loosely verified",
                    "DeepSeek-R1 (671B), batch 1",
                    368,
                    "2025, NVIDIA"));

    private Published() {}

    private static Speed of(String family, String system, String model, int tokensPerSecond, String when) {
        return new Speed(family, system, model, "", tokensPerSecond, tokensPerSecond, when);
    }

    /** Those of a model. */
    public static List<Speed> of(String model) {
        return SPEEDS.stream().filter(speed -> speed.family().equals(model)).toList();
    }

    /** Those of the same model first, then those of others as large; all if the model is not among them. */
    static List<Speed> near(String model) {
        List<Speed> same = of(model);
        if (same.isEmpty()) {
            return SPEEDS;
        }
        String size = model.substring(model.lastIndexOf('-'));
        return Stream.concat(
                        same.stream(),
                        SPEEDS.stream()
                                .filter(speed -> !speed.family().equals(model)
                                        && speed.family().endsWith(size)))
                .toList();
    }
}
