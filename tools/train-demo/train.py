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


def batch(tokens_of, step, seed, rows, length, mixture):
    """The rows of one step, filled with whole documents, what is too long being cut off; their targets, and what these count."""
    random = Random(seed * 1_000_003 + step)
    tokens, weights = [], []
    for _ in range(rows):
        row, weight = [], []
        while len(row) <= length:
            more, counts = encoded(tokens_of, corpus.document(random, mixture))
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
    tokens = torch.tensor([(prefix + answer + [0] * length)[:length] for prefix, answer in rows])
    guesses = model(tokens).view(len(rows), length, -1).argmax(-1).tolist()
    right = [guess[len(prefix) - 1 : len(prefix) + len(answer) - 1] == answer for guess, (prefix, answer) in zip(guesses, rows)]
    return sum(right) / len(right)


def tokenizer_prefix(question):
    return corpus.BEGIN + corpus.USER + question + corpus.END + corpus.ASSISTANT


def rate(step, arguments):
    """Rises for 100 steps, stays, and falls to nothing over the last `decay` steps."""
    return min(1.0, (step + 1) / 100, (arguments.steps - step) / max(1, arguments.decay))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("build/train-demo"))
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--decay", type=int, default=1200, help="steps at the end in which the rate falls")
    parser.add_argument("--skills", type=int, default=3000, help="steps at the beginning with more questions and fewer stories")
    parser.add_argument("--stories", type=int, default=3500, help="step from which on there are more stories")
    parser.add_argument("--tokens", type=int, default=2048, help="tokens a step")
    parser.add_argument("--length", type=int, default=256, help="tokens a row")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--feed-forward", type=int, default=384)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=200, help="steps between checkpoints")
    parser.add_argument("--marker", default="", help="a word to find the process by")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    arguments.out.mkdir(parents=True, exist_ok=True)

    merges = arguments.out / "merges.json"
    shape = Shape(width=arguments.width, layers=arguments.layers, heads=arguments.heads, feed_forward=arguments.feed_forward)
    if merges.exists():
        tokens_of = tokenizer.Tokenizer(json.loads(merges.read_text()))
    else:
        tokens_of = tokenizer.train(corpus.sample_text(20_000), shape.vocabulary)
        merges.write_text(json.dumps(tokens_of.merges))

    model = Llama(shape)
    optimizer = Muon(model)
    checkpoint, step = arguments.out / "checkpoint.pt", 0
    if checkpoint.exists():
        state = torch.load(checkpoint)
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
    while step < arguments.steps and not stopping:
        mixture = corpus.SKILLS if step < arguments.skills else corpus.EVERYTHING if step < arguments.stories else corpus.STORIES
        inputs, targets, weights = batch(tokens_of, step, arguments.seed, arguments.tokens // arguments.length, arguments.length, mixture)
        counted = weights.nonzero().squeeze(1)
        each = functional.cross_entropy(model(inputs, counted).float(), targets[counted], reduction="none")
        loss = each @ weights[counted].float() / weights.sum()
        loss.backward()
        optimizer.step(rate(step, arguments))
        losses.append(each.mean().item())
        step += 1
        if step % 20 == 0:
            print(f"step {step} loss {sum(losses) / len(losses):.4f} {len(losses) * arguments.tokens / (time.time() - begun):.0f} tokens/s, {time.process_time():.0f} s", flush=True)
            begun, losses = time.time(), []
        if step % arguments.every == 0:
            save()
            print(f"step {step} sums {accuracy(model, tokens_of, 'sums', 200):.3f} reviews {accuracy(model, tokens_of, 'reviews', 200):.3f}", flush=True)
            begun = time.time()
    save()


if __name__ == "__main__":
    main()
