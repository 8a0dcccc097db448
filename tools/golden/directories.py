"""Makes tiny random models as directories that Hugging Face's transformers saves, with what it computes from them:

  engine/src/test/resources/directories/NAME/   the directory, and in it
      golden.json                               texts with their tokens, a rendered chat, a sequence of tokens
      golden.logits                             float32 logits after each token of the sequence, computed in float64

Run in the root of the repository with torch, transformers 5, tokenizers and sentencepiece installed; a target may be given, and names of directories to make no others.
"""

import io
import json
import pathlib
import sys

import safetensors.torch
import sentencepiece
import torch
import transformers as hf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TARGET = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "engine/src/test/resources/directories")
TOKENS = [1, 17, 5, 230, 2, 2, 219, 8, 127, 11, 3, 14, 250, 9, 6, 21, 130, 29, 4, 16, 117, 23, 10, 128]
SIZES = dict(
    hidden_size=32,
    intermediate_size=48,
    num_hidden_layers=3,
    num_attention_heads=4,
    num_key_value_heads=2,
    max_position_embeddings=64,
    bos_token_id=1,
    eos_token_id=2,
    pad_token_id=0,
)
CORPUS = [
    "The quick brown fox jumps over the lazy dog, and the dog sleeps on.",
    "In the year 2024 there were 1234567 foxes; they're quick, aren't they?",
    "Where the river bends, the old miller's wheel turns and turns.\n\nIt has turned for years.",
    "def turn(self, wheel):\n    return wheel.turn(3.14159)\n",
    "Über den Fluss führt eine Brücke. 川に橋がかかる。 Мост через реку.",
]
TEXTS = CORPUS + [
    "",
    " ",
    "  two  spaces   three\t\ttabs",
    "\n\n\n",
    "it's IT'S we'll 12345 67 8",
    "a😀b\u00a0c\u3000d e\u0301",
    "unknown: ঔ ਊ",
    "<s>before</s> after <|im_end|> the end",
    "!!!???... (parentheses) [brackets] {braces} #hash @at $1,000.00",
]
CHAT = [{"role": "user", "content": "Where is the fox?"}]
TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace("{1,3}", "")
CONTROL = ["<unk>", "<s>", "</s>"]
TURNS = [AddedToken("<|im_start|>", special=True, normalized=False), AddedToken("<|im_end|>", special=True, normalized=False)]


def byte_level(pre_tokenizer, ignore_merges=False, bos=False, normalizer=None):
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(vocab_size=320, special_tokens=CONTROL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return finished(tokenizer, bos)


def split_bytes(expression):
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(expression), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )


def sentence_piece(normalizer, pre_tokenizer=None):
    """As converters write a vocabulary of SentencePiece: bytes in the vocabulary, spaces marked, pairs by rank."""
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trained.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=120, show_progress=False))
    model = json.loads(trained.to_str())["model"]
    pieces = CONTROL + [f"<0x{byte:02X}>" for byte in range(256)]
    joined = ["".join(pair) for pair in model["merges"]]
    pieces += [piece for piece in joined] + [piece for piece in model["vocab"] if piece not in joined]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(
        models.BPE(vocabulary, [tuple(pair) for pair in model["merges"]], unk_token="<unk>", fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in CONTROL])
    return finished(tokenizer, True)


def finished(tokenizer, bos):
    tokenizer.add_special_tokens(TURNS)
    if bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
        )
    return hf.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token="<unk>", bos_token="<s>", eos_token="</s>", chat_template=TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


class SentencePiece:
    """A vocabulary as SentencePiece itself saves it, without tokenizer.json; what SentencePiece makes of a text."""

    def __init__(self, kind):
        proto = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(CORPUS), model_writer=proto, vocab_size=340, model_type=kind, byte_fallback=True, character_coverage=0.98,
            normalization_rule_name="identity", remove_extra_whitespaces=False, hard_vocab_limit=False, minloglevel=2,
        )
        self.proto = proto.getvalue()
        self.pieces = sentencepiece.SentencePieceProcessor(model_proto=self.proto)
        self.turns = {str(len(self.pieces) + i): dict(content=turn.content, special=True) for i, turn in enumerate(TURNS)}

    def __len__(self):
        return len(self.pieces) + len(self.turns)

    def __call__(self, text):
        return dict(input_ids=[self.pieces.bos_id()] + self.pieces.encode(text))

    def apply_chat_template(self, *arguments, **options):
        return TOKENIZERS["llama2"]().apply_chat_template(*arguments, **options)

    def save_pretrained(self, folder):
        (folder / "tokenizer.model").write_bytes(self.proto)
        settings = dict(
            tokenizer_class="LlamaTokenizer", bos_token="<s>", eos_token="</s>", unk_token="<unk>", legacy=True, added_tokens_decoder=self.turns,
            chat_template=TEMPLATE,
        )
        (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def unigram():
    """The most likely pieces, as tokenizer.json has them."""
    pieces = SentencePiece("unigram").pieces
    vocabulary = [(pieces.id_to_piece(i), pieces.get_score(i)) for i in range(len(pieces))]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    tokenizer.decoder = decoders.Sequence([decoders.Metaspace(), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in CONTROL])
    return finished(tokenizer, True)


TOKENIZERS = {
    "llama3": lambda: byte_level(split_bytes(LLAMA3), ignore_merges=True, bos=True),
    "qwen2": lambda: byte_level(split_bytes(QWEN2), normalizer=normalizers.NFC()),
    "gpt2": lambda: byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False)),
    "digits": lambda: byte_level(
        pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    ),
    "llama2": lambda: sentence_piece(normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])),
    "metaspace": lambda: sentence_piece(None, pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="first", split=False)),
    "pairs": lambda: SentencePiece("bpe"),
    "pieces": lambda: SentencePiece("unigram"),
    "unigram": unigram,
    "gemma": lambda: sentence_piece(normalizers.Replace(" ", "▁"), pre_tokenizers.Split(" ", "merged_with_previous")),
}


def make(name, tokenizer, model_type, config_type, dtype=torch.bfloat16, shards=None, change=None, **config):
    if sys.argv[2:] and name not in sys.argv[2:]:
        return
    folder = TARGET / name
    folder.mkdir(parents=True, exist_ok=True)
    words = TOKENIZERS[tokenizer]()
    sizes = {key: value for key, value in (SIZES | config).items() if value is not ...}
    torch.manual_seed(sum(map(ord, name)))
    model = model_type(config_type(vocab_size=len(words), **sizes))
    for parameter in model.parameters():
        spread = 0.1 if parameter.dim() == 1 else parameter.shape[-1] ** -0.5
        centre = parameter.data if parameter.dim() == 1 else 0
        parameter.data = (centre + torch.randn_like(parameter) * spread).to(dtype).float()
    model.tie_weights()
    model.to(dtype).save_pretrained(folder, **({"max_shard_size": shards} if shards else {}))
    if change:
        change(folder)
    words.save_pretrained(folder)
    # Read again: conversion to another type has rounded the frequencies of positions, too.
    model = model_type.from_pretrained(folder, dtype=torch.float64, attn_implementation="eager")
    model.config._experts_implementation = "eager"  # the others know no float64
    with torch.no_grad():
        logits = model.eval()(torch.tensor([TOKENS])).logits[0]
    (folder / "golden.logits").write_bytes(logits.numpy().astype("<f4").tobytes())
    golden = dict(
        tokens=TOKENS,
        texts=[
            dict(text=text, tokens=words(text)["input_ids"])
            for text in TEXTS
            if not (isinstance(words, SentencePiece) and "<s>" in text)  # knows no tokens written out
        ],
        chat=words.apply_chat_template(CHAT, tokenize=False, add_generation_prompt=True),
        vocabulary=len(words),
    )
    (folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent=1) + "\n")
    print(name, "logits of deviation", logits.std().item(), sorted(path.name for path in folder.iterdir()), flush=True)


def rope(kind="default", base=10000.0, **more):
    return dict(rope_parameters=dict(rope_type=kind, rope_theta=base, **more))


LLAMA3_SCALING = dict(factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=16)
EXPERTS = dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=16)
YARN = dict(factor=4.0, original_max_position_embeddings=16)

def microscale(folder):
    """Rounds the experts of gpt-oss to MXFP4, in the form of its makers beside this; the file itself keeps what that means as bfloat16."""
    path = folder / "model.safetensors"
    tensors = safetensors.torch.load_file(path)
    values = torch.tensor([0, 0.5, 1, 1.5, 2, 3, 4, 6, 0, -0.5, -1, -1.5, -2, -3, -4, -6])
    codes = {}
    for name in [name for name in tensors if name.endswith(("gate_up_proj", "down_proj"))]:
        blocks = tensors[name].float().transpose(1, 2).unflatten(2, (-1, 32))
        exponents = torch.floor(torch.log2(blocks.abs().amax(-1))) - 2
        scaled = blocks / torch.exp2(exponents).unsqueeze(-1)
        nearest = (scaled.unsqueeze(-1) - values).abs().argmin(-1)
        codes[name + "_blocks"] = (nearest[..., 0::2] | nearest[..., 1::2] << 4).to(torch.uint8)
        codes[name + "_scales"] = (exponents + 127).to(torch.uint8)
        rounded = values[nearest] * torch.exp2(exponents).unsqueeze(-1)
        tensors[name] = rounded.flatten(2).transpose(1, 2).contiguous().to(torch.bfloat16)
    safetensors.torch.save_file(tensors, path, dict(format="pt"))
    experts = [name.removesuffix("_blocks") for name in codes if name.endswith("_blocks")]
    return {name: tensor for name, tensor in tensors.items() if name not in experts} | codes


make("llama3", "llama3", hf.LlamaForCausalLM, hf.LlamaConfig, **rope("llama3", 5e5, **LLAMA3_SCALING), shards="40KB")
make("llama2", "llama2", hf.LlamaForCausalLM, hf.LlamaConfig, dtype=torch.float16, **rope())
make("mistral", "metaspace", hf.MistralForCausalLM, hf.MistralConfig, head_dim=16, sliding_window=None, **rope(base=1e6))
make("qwen2", "qwen2", hf.Qwen2ForCausalLM, hf.Qwen2Config, tie_word_embeddings=True, **rope(base=1e6))
make("qwen3", "qwen2", hf.Qwen3ForCausalLM, hf.Qwen3Config, head_dim=16, **rope("yarn", 1e6, **YARN))
make("qwen3_moe", "qwen2", hf.Qwen3MoeForCausalLM, hf.Qwen3MoeConfig, head_dim=16, norm_topk_prob=True, **EXPERTS, **rope(base=1e6))
make("qwen2_moe", "qwen2", hf.Qwen2MoeForCausalLM, hf.Qwen2MoeConfig, shared_expert_intermediate_size=32, **EXPERTS, **rope(base=1e6))
make("mixtral", "llama2", hf.MixtralForCausalLM, hf.MixtralConfig, num_local_experts=4, num_experts_per_tok=2, sliding_window=None, **rope(base=1e6))
make("gemma", "gemma", hf.GemmaForCausalLM, hf.GemmaConfig, head_dim=16, hidden_activation="gelu_pytorch_tanh", **rope())
make("gemma2", "gemma", hf.Gemma2ForCausalLM, hf.Gemma2Config, head_dim=16, query_pre_attn_scalar=16, sliding_window=8, **rope())
make(
    "gemma3_text", "gemma", hf.Gemma3ForCausalLM, hf.Gemma3TextConfig, head_dim=16, query_pre_attn_scalar=16, sliding_window=8, num_hidden_layers=6,
)
make("phi3", "llama2", hf.Phi3ForCausalLM, hf.Phi3Config, sliding_window=None, **rope())
make(
    "granite", "digits", hf.GraniteForCausalLM, hf.GraniteConfig, embedding_multiplier=4.0, residual_multiplier=0.5, attention_multiplier=0.2,
    logits_scaling=2.0, **rope(),
)
make("olmo2", "gpt2", hf.Olmo2ForCausalLM, hf.Olmo2Config, **rope(base=5e5))
make("smollm3", "llama3", hf.SmolLM3ForCausalLM, hf.SmolLM3Config, num_hidden_layers=4, tie_word_embeddings=True, **rope(base=5e6))
make("starcoder2", "digits", hf.Starcoder2ForCausalLM, hf.Starcoder2Config, use_bias=True, sliding_window=None, tie_word_embeddings=True, **rope())
make("stablelm", "qwen2", hf.StableLmForCausalLM, hf.StableLmConfig, partial_rotary_factor=0.5, **rope(partial_rotary_factor=0.5))
make("ernie4_5", "llama2", hf.Ernie4_5ForCausalLM, hf.Ernie4_5Config, head_dim=16, tie_word_embeddings=True, **rope(base=5e5))
make("seed_oss", "qwen2", hf.SeedOssForCausalLM, hf.SeedOssConfig, head_dim=16, attention_bias=True, **rope())
make(
    "exaone4", "gpt2", hf.Exaone4ForCausalLM, hf.Exaone4Config, num_hidden_layers=4, sliding_window=8, sliding_window_pattern=4,
    layer_types=["sliding_attention"] * 3 + ["full_attention"], **rope(),
)
make("glm4", "qwen2", hf.Glm4ForCausalLM, hf.Glm4Config, head_dim=16, attention_bias=True, partial_rotary_factor=0.5, **rope(partial_rotary_factor=0.5))
make("cohere", "digits", hf.CohereForCausalLM, hf.CohereConfig, logit_scale=0.25, use_qk_norm=False, **rope())
make("olmoe", "gpt2", hf.OlmoeForCausalLM, hf.OlmoeConfig, num_experts=4, num_experts_per_tok=2, **rope())
make(
    "granitemoe", "digits", hf.GraniteMoeForCausalLM, hf.GraniteMoeConfig, num_local_experts=4, num_experts_per_tok=2, embedding_multiplier=4.0,
    residual_multiplier=0.5, attention_multiplier=0.2, logits_scaling=2.0, **rope(),
)
make(
    "deepseek_v3", "qwen2", hf.DeepseekV3ForCausalLM, hf.DeepseekV3Config, num_key_value_heads=4, q_lora_rank=16, kv_lora_rank=16, qk_rope_head_dim=8,
    qk_nope_head_dim=8, v_head_dim=8, n_routed_experts=4, num_experts_per_tok=2, n_shared_experts=1, moe_intermediate_size=16, first_k_dense_replace=1,
    n_group=1, topk_group=1, **rope(),
)
make("phi", "qwen2", hf.PhiForCausalLM, hf.PhiConfig, partial_rotary_factor=0.5, num_key_value_heads=4, **rope(partial_rotary_factor=0.5))
make(
    "olmo3", "gpt2", hf.Olmo3ForCausalLM, hf.Olmo3Config, num_hidden_layers=4, sliding_window=8,
    layer_types=["sliding_attention"] * 3 + ["full_attention"],
)
make(
    "phi3_long", "llama2", hf.Phi3ForCausalLM, hf.Phi3Config, sliding_window=None, original_max_position_embeddings=16,
    **rope("longrope", 1e4, short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[1.5, 2.0, 3.0, 4.0], original_max_position_embeddings=16),
)
make("llama_linear", "llama2", hf.LlamaForCausalLM, hf.LlamaConfig, dtype=torch.float32, attention_bias=True, **rope("linear", factor=2.0))
make("sentencepiece", "pairs", hf.LlamaForCausalLM, hf.LlamaConfig, **rope())
make("sentencepiece_unigram", "pieces", hf.LlamaForCausalLM, hf.LlamaConfig, **rope())
make("unigram", "unigram", hf.LlamaForCausalLM, hf.LlamaConfig, **rope())
GPT_OSS = dict(
    num_local_experts=4, num_experts_per_tok=2, head_dim=16, sliding_window=8, num_hidden_layers=4, intermediate_size=32,
    **rope("yarn", 150000.0, factor=4.0, original_max_position_embeddings=16, truncate=False),
)
make("gpt_oss", "llama3", hf.GptOssForCausalLM, hf.GptOssConfig, **GPT_OSS)
kept = {}
make("gpt_oss_mxfp4", "llama3", hf.GptOssForCausalLM, hf.GptOssConfig, change=lambda folder: kept.update(microscale(folder)), **GPT_OSS)
if kept:
    safetensors.torch.save_file(kept, TARGET / "gpt_oss_mxfp4" / "model.safetensors", dict(format="pt"))
