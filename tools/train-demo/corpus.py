"""Documents for training: conversations and plain texts, from a seed and without end; and the held-out tests.

A document is a list of (text, counted) pairs; the loss counts only where `counted` is true: what a user says need not be guessed.
"""

from random import Random

import reviews
import stories
import sums
import talk

USER, ASSISTANT, END, BEGIN = "<|user|>", "<|assistant|>", "<|end|>", "<|begin|>"


def turn(question, answer):
    return [(USER + question, False), (END + ASSISTANT, False), (answer + END, True)]


def conversation(random):
    """One to four questions and answers of any kind."""
    parts = []
    for _ in range(random.choice([1, 1, 1, 2, 3, 4])):
        kind = random.random()
        if kind < 0.28:
            request, story = talk.story_request(random)
            parts += turn(request, story.text())
            for _ in range(random.choice([0, 0, 1, 2])):
                parts += turn(*talk.about_story(random, story))
        elif kind < 0.55:
            parts += turn(*sums.question(random))
        elif kind < 0.80:
            parts += turn(*reviews.question(random))
        elif kind < 0.92:
            parts += turn(*talk.completion(random))
        else:
            parts += turn(*talk.small_talk(random))
    return parts


def drill(random):
    """Many short questions, one conversation each: cheap practice of what is hard."""
    parts = []
    for _ in range(random.randrange(4, 10)):
        question = sums.question if random.random() < 0.7 else reviews.question
        parts += [(BEGIN, False)] + turn(*question(random))
    return parts[1:]


def document(random):
    kind = random.random()
    if kind < 0.5:
        parts = conversation(random)
    elif kind < 0.75:
        parts = drill(random)
    elif kind < 0.92:
        parts = [(stories.tell(random).text() + END, True)]
    elif kind < 0.96:
        parts = [("\n".join(sums.line(random) for _ in range(random.randrange(3, 12))) + END, True)]
    else:
        parts = [(" ".join(" ".join(talk.sentence(random)) for _ in range(random.randrange(1, 4))) + END, True)]
    return [(BEGIN, False)] + parts


def sample_text(documents, seed=1):
    """Plain text of many documents, to train the tokenizer on."""
    random = Random(seed)
    return ["".join(text for text, _ in document(random)) for _ in range(documents)]


def test_cases(kind, count, seed=20_000):
    """Held-out questions with their answers: "sums" or "reviews"."""
    random = Random(seed)
    question = {"sums": sums.question, "reviews": reviews.question}[kind]
    return [question(random, test=True) for _ in range(count)]
