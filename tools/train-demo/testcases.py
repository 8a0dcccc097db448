"""Writes the held-out questions, a line each: what it tests, the question, the answer. See docs/demo-model.md for how to ask them."""

import argparse
from pathlib import Path

import corpus


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=500, help="questions of each kind")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    own_words = [line.split("\t") for line in Path(__file__).with_name("own-words.tsv").read_text().splitlines()]
    lines = [f"own-words\tIs this review positive or negative? {review}\t{answer}\n" for answer, review in own_words]
    lines += [f"{kind}\t{question}\t{answer}\n" for kind in ("sums", "reviews") for question, answer in corpus.test_cases(kind, arguments.count)]
    arguments.out.write_text("".join(lines))


if __name__ == "__main__":
    main()
