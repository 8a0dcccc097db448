"""A llama in the arithmetic that the processor is fast at: products of bfloat16, everything that adds up in float32."""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from tokenizer import BEGIN


@dataclass
class Shape:
    vocabulary: int = 2048
    width: int = 256
    layers: int = 5
    heads: int = 8
    kv_heads: int = 4
    feed_forward: int = 640
    context: int = 1024
    theta: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head(self):
        return self.width // self.heads


class RmsNorm(torch.autograd.Function):
    """float32 rows in, normed bfloat16 rows out."""

    @staticmethod
    def forward(ctx, x, weight, epsilon):
        scale = torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon)
        normed = x * scale
        ctx.save_for_backward(normed, scale, weight)
        return (normed * weight).bfloat16()

    @staticmethod
    def backward(ctx, gradient):
        normed, scale, weight = ctx.saved_tensors
        gradient = gradient.float()
        of_weight = (gradient * normed).sum(0)
        of_normed = gradient * weight
        return scale * (of_normed - normed * (of_normed * normed).mean(-1, keepdim=True)), of_weight, None


class GatedSilu(torch.autograd.Function):
    """silu(gate) * up, in the few passes over memory that it takes; silu itself is slow for bfloat16."""

    @staticmethod
    def forward(ctx, gate, up):
        sigmoid = torch.sigmoid(gate)
        activated = gate * sigmoid
        ctx.save_for_backward(up, sigmoid, activated)
        return activated * up

    @staticmethod
    def backward(ctx, gradient):
        up, sigmoid, activated = ctx.saved_tensors
        slope = (activated * sigmoid).neg_().add_(sigmoid).add_(activated)
        return slope.mul_(gradient).mul_(up), gradient * activated


def rotations(shape, length):
    frequencies = shape.theta ** (-torch.arange(0, shape.head, 2, dtype=torch.float64) / shape.head)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequencies)
    return torch.polar(torch.ones_like(angles), angles).to(torch.complex64)


def visible(tokens):
    """What is added to scores, [batch, 1, length, length]: a token sees those before it in its own document."""
    document = (tokens == BEGIN).cumsum(1)
    apart = document[:, None, :, None] != document[:, None, None, :]
    later = torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool, device=tokens.device).triu(1)
    return torch.zeros(apart.shape, dtype=torch.bfloat16, device=tokens.device).masked_fill_(apart | later, float("-inf"))


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        kv = shape.kv_heads * shape.head
        out = 0.02 / (2 * shape.layers) ** 0.5
        self.attention_norm = nn.Parameter(torch.ones(shape.width))
        self.query_key_value = nn.Parameter(torch.randn(shape.width + 2 * kv, shape.width) * 0.02)
        self.output = nn.Parameter(torch.randn(shape.width, shape.width) * out)
        self.feed_forward_norm = nn.Parameter(torch.ones(shape.width))
        self.gate = nn.Parameter(torch.randn(shape.feed_forward, shape.width) * 0.02)
        self.up = nn.Parameter(torch.randn(shape.feed_forward, shape.width) * 0.02)
        self.down = nn.Parameter(torch.randn(shape.width, shape.feed_forward) * out)

    def forward(self, x, batch, turns, mask):
        """x: float32 [batch * length, width]."""
        x = x + self.attention(RmsNorm.apply(x, self.attention_norm, self.shape.epsilon), batch, turns, mask)
        normed = RmsNorm.apply(x, self.feed_forward_norm, self.shape.epsilon)
        gated = GatedSilu.apply(functional.linear(normed, self.gate.bfloat16()), functional.linear(normed, self.up.bfloat16()))
        return x + functional.linear(gated, self.down.bfloat16())

    def attention(self, x, batch, turns, mask):
        shape, length = self.shape, x.shape[0] // batch
        group = shape.heads // shape.kv_heads
        rotated = shape.heads + shape.kv_heads
        qkv = functional.linear(x, self.query_key_value.bfloat16()).view(batch, length, rotated + shape.kv_heads, shape.head)
        qk = torch.view_as_complex(qkv[:, :, :rotated].float().view(batch, length, rotated, shape.head // 2, 2)) * turns[:length, None]
        qk = torch.view_as_real(qk).view(batch, length, rotated, shape.head).bfloat16()
        # The heads that share keys are laid below each other, so that the keys need no copies.
        q = qk[:, :, : shape.heads].transpose(1, 2).reshape(batch * shape.kv_heads, group * length, shape.head)
        k = qk[:, :, shape.heads :].transpose(1, 2).reshape(batch * shape.kv_heads, length, shape.head)
        v = qkv[:, :, rotated:].transpose(1, 2).reshape(batch * shape.kv_heads, length, shape.head)
        scores = torch.bmm(q * shape.head**-0.5, k.transpose(1, 2)).view(batch, shape.heads, length, length) + mask
        mixed = torch.bmm(torch.softmax(scores, -1).view(batch * shape.kv_heads, group * length, length), v)
        mixed = mixed.view(batch, shape.heads, length, shape.head).transpose(1, 2).reshape(batch * length, shape.width)
        return functional.linear(mixed, self.output.bfloat16())


class Llama(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Parameter(torch.randn(shape.vocabulary, shape.width) * 0.02)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = nn.Parameter(torch.ones(shape.width))
        self.register_buffer("turns", rotations(shape, shape.context), persistent=False)

    def forward(self, tokens):
        """tokens: [batch, length]; gives logits [batch * length, vocabulary]."""
        x = functional.embedding(tokens.reshape(-1), self.embedding)
        mask = visible(tokens)
        for layer in self.layers:
            x = layer(x, tokens.shape[0], self.turns, mask)
        return functional.linear(RmsNorm.apply(x, self.output_norm, self.shape.epsilon), self.embedding.bfloat16())
