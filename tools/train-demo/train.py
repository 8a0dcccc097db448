"""Trains the demo model. See README.md."""

import argparse
import json
import os
import signal
import time
from pathlib import Path
from random import Random

import torch
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

import corpus
import tokenizer
from model import Llama, Shape
from muon import Muon


def encoded(tokens_of, parts):
    tokens, weights = [], []
    for text, weight in parts:
        ids = tokens_of.encode(text)
        tokens += ids
        weights += [weight] * len(ids)
    return tokens, weights


class Steps(Dataset):
    """The rows of every step from `first` on: whole documents one after the other, what is too long being cut off; their targets, and what these count."""

    def __init__(self, tokens_of, first, arguments):
        self.tokens_of, self.first, self.arguments = tokens_of, first, arguments

    def __len__(self):
        return self.arguments.steps - self.first

    def __getitem__(self, index):
        step, length = self.first + index, self.arguments.length
        random = Random(self.arguments.seed * 1_000_003 + step)
        mixture = corpus.SKILLS if step < self.arguments.skills * self.arguments.steps else corpus.EVERYTHING
        tokens, weights = [], []
        for _ in range(self.arguments.rows):
            row, weight = [], []
            while len(row) <= length:
                more, counts = encoded(self.tokens_of, corpus.document(random, mixture))
                row += more
                weight += counts
            tokens.append(row[: length + 1])
            weights.append(weight[1 : length + 1])
        tokens = torch.tensor(tokens)
        return tokens[:, :-1], tokens[:, 1:].reshape(-1), torch.tensor(weights).reshape(-1)


@torch.no_grad()
def accuracy(model, tokens_of, kind, count):
    """The share of held-out questions whose answer is right in every token, which is when greedy decoding gives it."""
    cases = [(tokenizer_prefix(question), answer + corpus.END) for question, answer in corpus.test_cases(kind, count)]
    rows = [(tokens_of.encode(prefix), tokens_of.encode(answer)) for prefix, answer in cases]
    length = max(len(prefix) + len(answer) for prefix, answer in rows)
    tokens = torch.tensor([(prefix + answer + [0] * length)[:length] for prefix, answer in rows], device=model.embedding.device)
    guesses = model(tokens).view(len(rows), length, -1).argmax(-1).tolist()
    right = [guess[len(prefix) - 1 : len(prefix) + len(answer) - 1] == answer for guess, (prefix, answer) in zip(guesses, rows)]
    return sum(right) / len(right)


def tokenizer_prefix(question):
    return corpus.BEGIN + corpus.USER + question + corpus.END + corpus.ASSISTANT


def rate(step, arguments):
    """Rises for 100 steps, stays, and falls to nothing over the last part of the steps."""
    return min(1.0, (step + 1) / 100, (arguments.steps - step) / (arguments.decay * arguments.steps))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("build/train-demo"))
    parser.add_argument("--steps", type=int, default=10_000)
    parser.add_argument("--decay", type=float, default=0.4, help="share of the steps, at the end, in which the rate falls")
    parser.add_argument("--skills", type=float, default=0.2, help="share of the steps, at the beginning, with more questions and fewer stories")
    parser.add_argument("--rows", type=int, default=32, help="rows a step")
    parser.add_argument("--length", type=int, default=1024, help="tokens a row")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=5)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--feed-forward", type=int, default=640)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1) - 1), help="processes that write documents")
    parser.add_argument("--every", type=int, default=500, help="steps between checkpoints")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)

    merges = arguments.out / "merges.json"
    shape = Shape(width=arguments.width, layers=arguments.layers, heads=arguments.heads, feed_forward=arguments.feed_forward, kv_heads=arguments.heads // 2)
    if merges.exists():
        tokens_of = tokenizer.Tokenizer(json.loads(merges.read_text()))
    else:
        tokens_of = tokenizer.train(corpus.sample_text(20_000), shape.vocabulary)
        merges.write_text(json.dumps(tokens_of.merges))

    model = Llama(shape).to(arguments.device)
    optimizer = Muon(model)
    checkpoint, step = arguments.out / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint, map_location=arguments.device)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        step = state["step"]
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters, from step {step}", flush=True)

    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))

    def save():
        unfinished = checkpoint.with_suffix(".new")
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "shape": vars(shape)}, unfinished)
        os.replace(unfinished, checkpoint)

    begun, losses = time.time(), []
    loader = DataLoader(Steps(tokens_of, step, arguments), batch_size=None, num_workers=arguments.workers, prefetch_factor=4)
    for parts in loader:
        inputs, targets, weights = (part.to(arguments.device) for part in parts)
        each = functional.cross_entropy(model(inputs).float(), targets, reduction="none")
        loss = each @ weights.float() / weights.sum()
        loss.backward()
        optimizer.step(rate(step, arguments))
        losses.append(loss.detach())
        step += 1
        if step % 100 == 0:
            print(f"step {step} loss {torch.stack(losses).mean().item():.4f} {len(losses) * inputs.numel() / (time.time() - begun):.0f} tokens/s", flush=True)
            begun, losses = time.time(), []
        if step % arguments.every == 0:
            save()
            print(f"step {step} sums {accuracy(model, tokens_of, 'sums', 500):.3f} reviews {accuracy(model, tokens_of, 'reviews', 500):.3f}", flush=True)
        if stopping:
            break
    save()


if __name__ == "__main__":
    main()
