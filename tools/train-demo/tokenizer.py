"""A byte-level BPE tokenizer of the GPT-2 kind, small and for ASCII text, with the pre-tokenizer that GGUF files call `qwen2`.

That pre-tokenizer makes every digit a token of its own, which is what makes sums easy to learn.
"""

import re
from collections import Counter, defaultdict

SPECIAL = ["<|end|>", "<|begin|>", "<|user|>", "<|assistant|>"]
END, BEGIN, USER, ASSISTANT = range(4)

WORDS = re.compile(r"'(?:[sStTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\r\nA-Za-z0-9]?[A-Za-z]+|[0-9]| ?[^\sA-Za-z0-9]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
MARKS = re.compile("(" + "|".join(map(re.escape, SPECIAL)) + ")")


def byte_alphabet():
    """GPT-2's way of writing each byte as one printable character."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {byte: chr(byte) for byte in shown} | {byte: chr(256 + i) for i, byte in enumerate(hidden)}


ALPHABET = byte_alphabet()


def spelled(word):
    return [ALPHABET[byte] for byte in word.encode()]


class Tokenizer:
    def __init__(self, merges):
        self.merges = [tuple(merge) for merge in merges]
        self.tokens = SPECIAL + [ALPHABET[byte] for byte in range(256)] + ["".join(merge) for merge in self.merges]
        self.ids = {token: i for i, token in enumerate(self.tokens)}
        self.ranks = {merge: rank for rank, merge in enumerate(self.merges)}
        self.cache = {}

    def word(self, word):
        if word not in self.cache:
            parts = spelled(word)
            while len(parts) > 1:
                rank, at = min((self.ranks.get((a, b), 1 << 30), i) for i, (a, b) in enumerate(zip(parts, parts[1:])))
                if rank == 1 << 30:
                    break
                parts[at : at + 2] = [parts[at] + parts[at + 1]]
            self.cache[word] = [self.ids[part] for part in parts]
        return self.cache[word]

    def encode(self, text):
        out = []
        for piece in MARKS.split(text):
            if piece in SPECIAL:
                out.append(SPECIAL.index(piece))
            else:
                for word in WORDS.findall(piece):
                    out += self.word(word)
        return out


def train(texts, vocabulary):
    """Merges the most frequent pair until the vocabulary is full; ties go to the pair that sorts first."""
    counts = Counter(word for text in texts for piece in MARKS.split(text) if piece not in SPECIAL for word in WORDS.findall(piece))
    words = [(spelled(word), count) for word, count in sorted(counts.items())]
    merges = []
    while len(SPECIAL) + 256 + len(merges) < vocabulary:
        pairs = defaultdict(int)
        for parts, count in words:
            for pair in zip(parts, parts[1:]):
                pairs[pair] += count
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        merges.append(best)
        for parts, _ in words:
            i = 0
            while i < len(parts) - 1:
                if (parts[i], parts[i + 1]) == best:
                    parts[i : i + 2] = [best[0] + best[1]]
                i += 1
    return Tokenizer(merges)
