package dev.lockstep.compiler.report;

import java.util.List;

/** Single-user speeds that others have published or measured, with their dates. */
public final class Published {
    public record Speed(String family, String system, String model, String tokensPerSecond, String when) {}

    private static final List<Speed> SPEEDS = List.of(
            new Speed(
                    "llama-2-70b",
                    "Groq LPU, 576 chips, INT8",
                    "Llama-2-70B, 4,096 context",
                    "300",
                    "Nov 2023 to Feb 2024, Groq"),
            new Speed("llama-2-70b", "Groq LPU, cloud endpoint", "Llama-2-70B", "241", "Feb 2024, ArtificialAnalysis"),
            new Speed(
                    "llama-2-70b",
                    "8 x H100, TensorRT-LLM FP8",
                    "Llama-2-70B, batch 1",
                    "75 or more",
                    "Dec 2023, NVIDIA"),
            new Speed("llama-2-7b", "Groq LPU", "Llama-2-7B, 2,048 context", "750", "Feb 2024, Groq"),
            new Speed("llama-3-8b", "Groq LPU", "Llama-3-8B", "800 to 1,300", "2024, press and a talk"),
            new Speed("llama-3-70b", "Groq LPU", "Llama-3-70B", "284 to 350", "2024"),
            new Speed("llama-3.1-8b", "Groq LPU, 8 bits", "Llama-3.1-8B", "751", "Sep 2024, ArtificialAnalysis"),
            new Speed("llama-3.1-8b", "Cerebras CS-3, BF16", "Llama-3.1-8B", "1,800", "Aug 2024, Cerebras"),
            new Speed("llama-3.1-70b", "Groq LPU, 8 bits", "Llama-3.1-70B", "250", "Sep 2024, ArtificialAnalysis"),
            new Speed("llama-3.1-70b", "Cerebras CS-3, BF16", "Llama-3.1-70B", "450", "Aug 2024, Cerebras"),
            new Speed("llama-3.1-70b", "16 x SambaNova SN40L, BF16", "Llama-3.1-70B", "457", "Sep 2024, SambaNova"),
            new Speed("llama-3.1-405b", "Cerebras CS-3", "Llama-3.1-405B", "969", "Nov 2024, press"),
            new Speed("llama-3.3-70b", "1 x H200, TensorRT-LLM FP8", "Llama-3.3-70B", "51", "Dec 2024, NVIDIA"),
            new Speed("mixtral-8x7b", "Groq LPU, 576 chips", "Mixtral 8x7B", "480 to 500", "Feb 2024"),
            new Speed("gpt-oss-120b", "Groq LPU, 576 chips", "gpt-oss-120B", "476 to 500", "2025, ArtificialAnalysis"),
            new Speed("gpt-oss-120b", "Cerebras CS-3", "gpt-oss-120B", "about 3,000", "2025, press"));

    private Published() {}

    /** Those of a model. */
    public static List<Speed> of(String model) {
        return SPEEDS.stream().filter(speed -> speed.family().equals(model)).toList();
    }

    /** Those of the same model first. */
    static List<Speed> near(String model) {
        List<Speed> same = of(model);
        if (!same.isEmpty()) {
            List<Speed> others = SPEEDS.stream()
                    .filter(speed -> !speed.family().equals(model)
                            && model.endsWith("70b")
                            && speed.family().endsWith("70b"))
                    .toList();
            return java.util.stream.Stream.concat(same.stream(), others.stream())
                    .toList();
        }
        return SPEEDS;
    }
}
