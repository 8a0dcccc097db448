package dev.lockstep.graph.architecture;

import dev.lockstep.graph.Graph;
import dev.lockstep.graph.Rope;

/**
 * GLM 4.5 and after: LLaMA with half of each head turning, heads normed in the larger models, and DeepSeek's experts. Layers that guess tokens
 * further ahead, at the end of the file, are left out.
 *
 * <p>Source: GLM Team 2025, "GLM-4.5: Agentic, Reasoning, and Coding Foundation Models"; tensor and key names from the GGUF specification.
 */
final class Glm4MoeArchitecture implements Architecture {
    @Override
    public String name() {
        return "glm4moe";
    }

    @Override
    public Graph build(ModelDescription model) {
        KeyReader keys = new KeyReader(model.metadata(), name());
        NeutralKeys.refuseOthers(keys, ExpertKeys.HEEDED);
        Hyperparameters parameters = Hyperparameters.of(model);
        ModelWeights weights = new ModelWeights(model);
        TransformerBuilder builder = new TransformerBuilder(parameters, weights);
        int guessing = keys.countOrZero("nextn_predict_layers", Hyperparameters.MOST);
        if (guessing >= parameters.layers()) {
            throw keys.failure(
                    "nextn_predict_layers", "is " + guessing + ", all layers", "use a file that is not damaged");
        }
        builder.leaveOut(guessing);
        builder.secondNorm("post_attention_norm");
        builder.attention().turn(parameters.rope().rope(Rope.Pairing.HALVES));
        if (weights.has("blk.0.attn_q_norm.weight")) {
            builder.attention().normHeads();
        }
        ExpertKeys.apply(keys, parameters, builder.feedForward(), ExpertKeys.SIGMOID);
        return builder.build();
    }
}
