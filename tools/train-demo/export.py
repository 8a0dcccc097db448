"""Writes a checkpoint as a GGUF file: matrices as Q8_0, norms as float32, the tokenizer and a chat template inside."""

import argparse
import hashlib
import json
import struct
from pathlib import Path

import numpy
import torch

import tokenizer
from model import Shape

TEMPLATE = (
    "{{- bos_token }}"
    "{%- for message in messages %}"
    "{%- if message['role'] == 'user' %}{{- '<|user|>' + message['content'] | trim + '<|end|>' }}"
    "{%- elif message['role'] == 'assistant' %}{{- '<|assistant|>' + message['content'] | trim + '<|end|>' }}"
    "{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<|assistant|>' }}{%- endif %}"
)
ALIGNMENT = 32
F32, Q8_0 = 0, 8
BLOCK = 32



def value(of):
    """A metadata value with its type before it."""
    match of:
        case bool():
            return struct.pack("<IB", 7, of)
        case int():
            return struct.pack("<II", 4, of)
        case float():
            return struct.pack("<If", 6, of)
        case str():
            return struct.pack("<I", 8) + string(of)
        case list():
            items = [value(item) for item in of]
            return struct.pack("<I", 9) + items[0][:4] + struct.pack("<Q", len(items)) + b"".join(item[4:] for item in items)


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def q8_0(matrix):
    """Blocks of 32: a float16 scale, then 32 signed bytes."""
    blocks = matrix.reshape(-1, BLOCK)
    scale = numpy.abs(blocks).max(1, keepdims=True) / 127
    inverse = numpy.divide(1, scale, out=numpy.zeros_like(scale), where=scale > 0)
    quants = numpy.rint(blocks * inverse).astype(numpy.int8)
    return numpy.concatenate([scale.astype("<f2").view(numpy.int8), quants], 1).tobytes()


def tensors(state, shape):
    """The model's tensors under the names of GGUF, in the order in which they are used."""
    kv = shape.kv_heads * shape.head
    yield "token_embd.weight", state["embedding"]
    for i in range(shape.layers):
        part = {name.removeprefix(f"layers.{i}."): tensor for name, tensor in state.items() if name.startswith(f"layers.{i}.")}
        q, k, v = part["query_key_value"].split([shape.width, kv, kv])
        yield f"blk.{i}.attn_norm.weight", part["attention_norm"]
        yield f"blk.{i}.attn_q.weight", q
        yield f"blk.{i}.attn_k.weight", k
        yield f"blk.{i}.attn_v.weight", v
        yield f"blk.{i}.attn_output.weight", part["output"]
        yield f"blk.{i}.ffn_norm.weight", part["feed_forward_norm"]
        yield f"blk.{i}.ffn_gate.weight", part["gate"]
        yield f"blk.{i}.ffn_up.weight", part["up"]
        yield f"blk.{i}.ffn_down.weight", part["down"]
    yield "output_norm.weight", state["output_norm"]


def metadata(tokens_of, shape):
    special = len(tokenizer.SPECIAL)
    return {
        "general.architecture": "llama",
        "general.name": "Lockstep demo",
        "general.description": "Tells short stories, adds, judges reviews. Trained from generated text; see docs/demo-model.md.",
        "general.license": "apache-2.0",
        "general.file_type": 7,
        "llama.vocab_size": shape.vocabulary,
        "llama.context_length": shape.context,
        "llama.embedding_length": shape.width,
        "llama.block_count": shape.layers,
        "llama.feed_forward_length": shape.feed_forward,
        "llama.attention.head_count": shape.heads,
        "llama.attention.head_count_kv": shape.kv_heads,
        "llama.attention.layer_norm_rms_epsilon": shape.epsilon,
        "llama.rope.dimension_count": shape.head,
        "llama.rope.freq_base": shape.theta,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens_of.tokens,
        "tokenizer.ggml.token_type": [3] * special + [1] * (shape.vocabulary - special),
        "tokenizer.ggml.merges": [" ".join(merge) for merge in tokens_of.merges],
        "tokenizer.ggml.bos_token_id": tokenizer.BEGIN,
        "tokenizer.ggml.eos_token_id": tokenizer.END,
        "tokenizer.ggml.padding_token_id": tokenizer.END,
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.chat_template": TEMPLATE,
    }


def padded(data):
    return data + bytes(-len(data) % ALIGNMENT)


def gguf(state, tokens_of, shape):
    keys = metadata(tokens_of, shape)
    header, body = b"", b""
    count = 0
    for name, tensor in tensors(state, shape):
        array = tensor.float().numpy()
        kind, data = (Q8_0, q8_0(array)) if array.ndim == 2 else (F32, array.astype("<f4").tobytes())
        dimensions = array.shape[::-1]
        header += string(name) + struct.pack(f"<I{len(dimensions)}QIQ", len(dimensions), *dimensions, kind, len(body))
        body = body + padded(data)
        count += 1
    start = b"GGUF" + struct.pack("<IQQ", 3, count, len(keys))
    start += b"".join(string(key) + value(of) for key, of in keys.items()) + header
    return padded(start) + body


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, default=Path("build/train-demo"), help="directory of the checkpoint")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    state = torch.load(arguments.run / "checkpoint.pt", map_location="cpu")
    tokens_of = tokenizer.Tokenizer(json.loads((arguments.run / "merges.json").read_text()))
    content = gguf(state["model"], tokens_of, Shape(**state["shape"]))
    arguments.out.write_bytes(content)
    identity = f"{len(content)} {hashlib.sha256(content).hexdigest()}\n"
    arguments.out.with_suffix(".identity").write_text(identity)
    print(f"{arguments.out}: {arguments.out.stat().st_size:,} bytes after {state['step']} steps")


if __name__ == "__main__":
    main()
