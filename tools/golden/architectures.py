"""Makes tiny random models with Hugging Face's transformers, as GGUF files with the logits that transformers computes from the same weights in float64:

  graph/src/test/resources/golden/NAME.gguf, NAME.logits

for architectures of which ../shared/conformance has no model. Run in the root of the repository with torch, transformers 5 and gguf installed.
"""

import pathlib
import re

import gguf
import numpy
import torch
import transformers as hf

TARGET = pathlib.Path("graph/src/test/resources/golden")
TOKENS = [1, 17, 5, 30, 2, 2, 19, 8, 27, 11, 3, 14, 25, 9, 6, 21, 13, 29, 4, 16, 7, 23, 10, 28]
WIDTH, HIDDEN, HEADS, KV_HEADS, LAYERS, VOCABULARY = 32, 48, 4, 2, 4, 32
SIZES = dict(
    vocab_size=VOCABULARY,
    hidden_size=WIDTH,
    intermediate_size=HIDDEN,
    num_hidden_layers=LAYERS,
    num_attention_heads=HEADS,
    num_key_value_heads=KV_HEADS,
    max_position_embeddings=64,
    pad_token_id=0,
    bos_token_id=0,
    eos_token_id=0,
)
LLAMA = {
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
EXPERTS = {
    "mlp.gate": "ffn_gate_inp",
    "mlp.gate.correction": "exp_probs_b",
    "mlp.experts.gate_proj": "ffn_gate_exps",
    "mlp.experts.up_proj": "ffn_up_exps",
    "mlp.experts.down_proj": "ffn_down_exps",
    "mlp.shared_experts.gate_proj": "ffn_gate_shexp",
    "mlp.shared_experts.up_proj": "ffn_up_shexp",
    "mlp.shared_experts.down_proj": "ffn_down_shexp",
}
POST_NORMS = LLAMA | {"post_attention_layernorm": "post_attention_norm", "post_feedforward_layernorm": "post_ffw_norm"}
WINDOWED = ["sliding_attention"] * 3 + ["full_attention"]


def rope(base=10000.0, **more):
    return dict(rope_parameters=dict(rope_type="default", rope_theta=base, **more))


def make(name, architecture, model, names, keys, pairs=False):
    torch.manual_seed(len(name))
    for parameter in model.parameters():
        spread = 0.1 if parameter.dim() == 1 else parameter.shape[-1] ** -0.5
        centre = parameter.data if parameter.dim() == 1 else 0
        values = centre + torch.randn_like(parameter) * spread
        parameter.data = (values.half() if parameter.dim() > 1 else values).float()
    for buffer_name, buffer in model.named_buffers():
        if buffer_name.endswith("e_score_correction_bias"):
            buffer.copy_(torch.randn_like(buffer) * 0.1)
    model.tie_weights()
    writer = gguf.GGUFWriter(TARGET / f"{name}.gguf", architecture)
    base = dict(context_length=64, embedding_length=WIDTH, block_count=LAYERS, feed_forward_length=HIDDEN)
    base |= {"attention.head_count": HEADS, "attention.head_count_kv": KV_HEADS}
    for key, value in (base | keys).items():
        put = {bool: writer.add_bool, int: writer.add_uint32, float: writer.add_float32, str: writer.add_string}[type(value)]
        put(f"{architecture}.{key}", value)
    tied = model.config.tie_word_embeddings
    for hugging, tensor in model.state_dict().items():
        if tied and hugging.startswith("lm_head"):
            continue
        data = tensor.numpy()
        if pairs and re.search(r"[qk]_proj", hugging):
            heads = HEADS if "q_proj" in hugging else KV_HEADS
            data = data.reshape(heads, 2, -1, *data.shape[1:]).swapaxes(1, 2).reshape(data.shape)
        for stored, part in split(hugging, data):
            whole = part.ndim == 1 or stored.endswith("mlp.gate.weight")
            writer.add_tensor(renamed(stored, names), part if whole else part.astype(numpy.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    model.config._experts_implementation = "eager"  # the others know no float64
    with torch.no_grad():
        logits = model.double().eval()(torch.tensor([TOKENS])).logits[0]
    (TARGET / f"{name}.logits").write_bytes(logits.numpy().astype("<f4").tobytes())
    print(name, "logits of deviation", logits.std().item())


def split(hugging, data):
    """Transformers keeps gates and ups of all experts in one parameter, whose name is no weight's."""
    if hugging.endswith("experts.gate_up_proj"):
        gate, up = numpy.split(data, 2, axis=1)
        return [(hugging.replace("gate_up", part) + ".weight", numpy.ascontiguousarray(half)) for part, half in (("gate", gate), ("up", up))]
    if hugging.endswith("experts.down_proj"):
        return [(hugging + ".weight", data)]
    if hugging.endswith("e_score_correction_bias"):
        return [(hugging.replace("e_score_correction_bias", "correction.bias"), data)]
    return [(hugging, data)]


def renamed(hugging, names):
    layer = re.match(r"(?:model\.layers|transformer\.h)\.(\d+)\.(.*)\.(weight|bias)", hugging)
    if layer:
        return f"blk.{layer[1]}.{names[layer[2]]}.{layer[3]}"
    stem, kind = hugging.rsplit(".", 1)
    return f"{names[stem]}.{kind}"


RMS = {"attention.layer_norm_rms_epsilon": 1e-5}
LAYER_NORM = {"attention.layer_norm_epsilon": 1e-5}

make(
    "smollm3",
    "smollm3",
    hf.SmolLM3ForCausalLM(hf.SmolLM3Config(**SIZES, **rope(5e6), rms_norm_eps=1e-5, tie_word_embeddings=True)),
    LLAMA,
    RMS | {"rope.freq_base": 5e6},
    pairs=True,
)
make(
    "exaone",
    "exaone",
    hf.LlamaForCausalLM(hf.LlamaConfig(**SIZES, **rope(), rms_norm_eps=1e-5)),
    LLAMA,
    RMS,
)
make(
    "exaone4",
    "exaone4",
    hf.Exaone4ForCausalLM(
        hf.Exaone4Config(**SIZES, **rope(), rms_norm_eps=1e-5, sliding_window=8, layer_types=WINDOWED, tie_word_embeddings=False)
    ),
    POST_NORMS,
    RMS | {"attention.sliding_window": 8},
)
make(
    "olmo2",
    "olmo2",
    hf.Olmo2ForCausalLM(hf.Olmo2Config(**SIZES, **rope(5e5), rms_norm_eps=1e-5)),
    POST_NORMS,
    RMS | {"rope.freq_base": 5e5},
)
YARN = dict(rope_type="yarn", rope_theta=5e5, factor=8.0, original_max_position_embeddings=16, beta_fast=32.0, beta_slow=1.0)
make(
    "olmo3",
    "olmo2",
    hf.Olmo3ForCausalLM(
        hf.Olmo3Config(
            **SIZES,
            rope_parameters=dict(full_attention=YARN, sliding_attention=dict(rope_type="default", rope_theta=5e5)),
            rms_norm_eps=1e-5, sliding_window=8, layer_types=WINDOWED,
        )
    ),
    POST_NORMS,
    RMS
    | {
        "rope.freq_base": 5e5,
        "attention.sliding_window": 8,
        "rope.scaling.type": "yarn",
        "rope.scaling.factor": 8.0,
        "rope.scaling.original_context_length": 16,
    },
)
make(
    "glm4",
    "glm4",
    hf.Glm4ForCausalLM(
        hf.Glm4Config(**SIZES, **rope(partial_rotary_factor=0.5), head_dim=8, rms_norm_eps=1e-5, attention_bias=True)
    ),
    LLAMA
    | {
        "post_self_attn_layernorm": "post_attention_norm",
        "post_mlp_layernorm": "post_ffw_norm",
        "mlp.gate_up_proj": "ffn_up",
    },
    RMS | {"rope.dimension_count": 4},
)
make(
    "starcoder2",
    "starcoder2",
    hf.Starcoder2ForCausalLM(
        hf.Starcoder2Config(**SIZES, **rope(), norm_epsilon=1e-5, use_bias=True, sliding_window=None, tie_word_embeddings=True)
    ),
    LLAMA | {"mlp.c_fc": "ffn_up", "mlp.c_proj": "ffn_down"},
    LAYER_NORM,
)
make(
    "phi2",
    "phi2",
    hf.PhiForCausalLM(hf.PhiConfig(**SIZES, **rope(partial_rotary_factor=0.5), layer_norm_eps=1e-5)),
    LLAMA
    | {
        "self_attn.dense": "attn_output",
        "mlp.fc1": "ffn_up",
        "mlp.fc2": "ffn_down",
        "model.final_layernorm": "output_norm",
    },
    LAYER_NORM | {"rope.dimension_count": 4},
)
make(
    "command-r",
    "command-r",
    hf.CohereForCausalLM(hf.CohereConfig(**SIZES, **rope(), layer_norm_eps=1e-5, logit_scale=0.25, use_qk_norm=False)),
    LLAMA,
    LAYER_NORM | {"logit_scale": 0.25},
)
make(
    "starcoder",
    "starcoder",
    hf.GPTBigCodeForCausalLM(
        hf.GPTBigCodeConfig(
            vocab_size=VOCABULARY, n_positions=64, n_embd=WIDTH, n_layer=LAYERS, n_head=HEADS, n_inner=HIDDEN,
            layer_norm_epsilon=1e-5, multi_query=True, bos_token_id=0, eos_token_id=0, pad_token_id=0,
        )
    ),
    {
        "transformer.wte": "token_embd",
        "transformer.wpe": "position_embd",
        "transformer.ln_f": "output_norm",
        "ln_1": "attn_norm",
        "ln_2": "ffn_norm",
        "attn.c_attn": "attn_qkv",
        "attn.c_proj": "attn_output",
        "mlp.c_fc": "ffn_up",
        "mlp.c_proj": "ffn_down",
    },
    LAYER_NORM | {"attention.head_count_kv": 1},
)
make(
    "ernie4_5",
    "ernie4_5",
    hf.Ernie4_5ForCausalLM(hf.Ernie4_5Config(**SIZES, **rope(5e5), head_dim=16, rms_norm_eps=1e-5, tie_word_embeddings=True)),
    LLAMA,
    RMS | {"rope.freq_base": 5e5, "attention.key_length": 16, "attention.value_length": 16},
)
make(
    "seed_oss",
    "seed_oss",
    hf.SeedOssForCausalLM(hf.SeedOssConfig(**SIZES, **rope(), head_dim=8, rms_norm_eps=1e-5, attention_bias=True, tie_word_embeddings=False)),
    LLAMA | {"post_attention_layernorm": "post_attention_norm"},
    RMS | {"attention.key_length": 8, "attention.value_length": 8},
)
make(
    "olmoe",
    "olmoe",
    hf.OlmoeForCausalLM(hf.OlmoeConfig(**SIZES, **rope(), rms_norm_eps=1e-5, num_experts=6, num_experts_per_tok=2)),
    LLAMA | EXPERTS,
    RMS | {"expert_count": 6, "expert_used_count": 2},
)
make(
    "glm4moe",
    "glm4moe",
    hf.Glm4MoeForCausalLM(
        hf.Glm4MoeConfig(
            **SIZES, **rope(partial_rotary_factor=0.5), head_dim=16, rms_norm_eps=1e-5, attention_bias=True, use_qk_norm=True,
            n_routed_experts=6, num_experts_per_tok=2, n_shared_experts=1, moe_intermediate_size=16, first_k_dense_replace=1,
            n_group=1, topk_group=1, norm_topk_prob=True, routed_scaling_factor=1.5, tie_word_embeddings=False,
        )
    ),
    LLAMA | EXPERTS | {"post_attention_layernorm": "post_attention_norm"},
    RMS
    | {
        "attention.key_length": 16,
        "attention.value_length": 16,
        "rope.dimension_count": 8,
        "expert_count": 6,
        "expert_used_count": 2,
        "expert_shared_count": 1,
        "expert_feed_forward_length": 16,
        "leading_dense_block_count": 1,
        "expert_gating_func": 2,
        "expert_weights_scale": 1.5,
        "expert_weights_norm": True,
    },
)
