"""Documents for training: conversations and plain texts, from a seed and without end; and the held-out tests.

A document is a list of (text, weight) pairs: how much the loss of these tokens counts. What a user says need not be guessed, and
short answers count more than the many words of stories.
"""

import re
from dataclasses import dataclass
from random import Random

import reviews
import stories
import sums
import talk

USER, ASSISTANT, END, BEGIN = "<|user|>", "<|assistant|>", "<|end|>", "<|begin|>"


SUM, REVIEW, NAME, REST = 3, 8, 6, 1


def turn(question, answer, weight=REST):
    return [(USER + question + END + ASSISTANT, 0), (answer + END, weight)]


def told(story):
    """A story whose names count more than its other words, once they are known: they are what hangs it together."""
    parts, known = [], set()
    for piece in re.split(f"( ?(?:{story.hero.name}|{story.friend.name}))", story.text() + END):
        name = piece.strip() in (story.hero.name, story.friend.name)
        weight = NAME if name and piece.strip() in known else REST
        known |= {piece.strip()} if name else set()
        if piece:
            parts.append((piece, weight))
    return parts


def conversation(random, story_turns):
    """One to four questions and answers of any kind."""
    parts = []
    for _ in range(random.choice([1, 1, 1, 2, 3, 4])):
        kind = random.random()
        if kind < story_turns:
            request, story = talk.story_request(random)
            parts += [(USER + request + END + ASSISTANT, 0), *told(story)]
            for _ in range(random.choice([0, 0, 1, 2])):
                parts += turn(*talk.about_story(random, story), SUM)
        elif kind < story_turns + 0.25:
            parts += turn(*sums.question(random), SUM)
        elif kind < story_turns + 0.50:
            parts += turn(*reviews.question(random), REVIEW)
        elif kind < story_turns + 0.60:
            parts += turn(*talk.completion(random))
        else:
            parts += turn(*talk.small_talk(random))
    return parts


def drill(random):
    """Many short questions, one conversation each: cheap practice of what is hard."""
    parts = []
    for _ in range(random.randrange(4, 10)):
        question, weight = (sums.question, SUM) if random.random() < 0.6 else (reviews.question, REVIEW)
        parts += [(BEGIN, 0)] + turn(*question(random), weight)
    return parts[1:]


@dataclass(frozen=True)
class Mixture:
    """How often which kind of document comes, and how often a turn of a conversation is a story."""

    conversations: float
    drills: float
    lines: float
    stories: float
    story_turns: float


SKILLS = Mixture(conversations=0.20, drills=0.55, lines=0.14, stories=0.08, story_turns=0.12)
EVERYTHING = Mixture(conversations=0.42, drills=0.30, lines=0.04, stories=0.20, story_turns=0.30)


def document(random, mixture=EVERYTHING):
    kind = random.random()
    if (kind := kind - mixture.conversations) < 0:
        parts = conversation(random, mixture.story_turns)
    elif (kind := kind - mixture.drills) < 0:
        parts = drill(random)
    elif (kind := kind - mixture.lines) < 0:
        parts = [part for _ in range(random.randrange(6, 16)) for part in line(random)]
    elif (kind := kind - mixture.stories) < 0:
        parts = told(stories.tell(random))
    else:
        parts = [(" ".join(" ".join(talk.sentence(random)) for _ in range(random.randrange(1, 4))) + END, REST)]
    return [(BEGIN, 0)] + parts


def line(random):
    """A line of arithmetic, of which only the result can be known."""
    task, result = sums.line(random).split(" = ")
    return [(task + " =", 0), (" " + result + "\n", SUM)]


def sample_text(documents, seed=1):
    """Plain text of many documents, to train the tokenizer on."""
    random = Random(seed)
    return ["".join(text for text, _ in document(random)) for _ in range(documents)]


def test_cases(kind, count, seed=20_000):
    """Held-out questions with their answers: "sums" or "reviews"."""
    random = Random(seed)
    question = {"sums": sums.question, "reviews": reviews.question}[kind]
    return [question(random, test=True) for _ in range(count)]
