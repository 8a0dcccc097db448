package dev.lockstep.engine;

/** What to continue, and how. */
public record GenerationRequest(Prompt prompt, GenerationOptions options) {
    /** Continues plain text; control tokens written out in it stay text. */
    public static GenerationRequest of(String prompt) {
        return new GenerationRequest(new Prompt.Text(prompt, false), GenerationOptions.DEFAULT);
    }

    public GenerationRequest with(GenerationOptions options) {
        return new GenerationRequest(prompt, options);
    }
}
