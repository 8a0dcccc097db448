"""Sums and differences of numbers up to 99, asked in several ways.

One pair of two-digit numbers in eight is held out: `held_out` decides from the pair alone, in either order, and the trainer
never sees one of those.
"""

from zlib import crc32

SUM_QUESTIONS = [
    "What is {a} + {b}?", "What is {a} plus {b}?", "{a} + {b}", "{a} + {b} = ?", "{a}+{b}", "How much is {a} + {b}?", "How much is {a} plus {b}?",
    "Calculate {a} + {b}.", "Add {a} and {b}.", "What is the sum of {a} and {b}?", "Please add {a} and {b}.", "What do {a} and {b} make together?",
    "What's {a} + {b}?", "Can you tell me what {a} + {b} is?", "I have {a} apples and get {b} more. How many apples do I have?",
    "There are {a} birds in a tree, and {b} more come. How many birds are there?",
]
DIFFERENCE_QUESTIONS = [
    "What is {a} - {b}?", "What is {a} minus {b}?", "{a} - {b}", "{a} - {b} = ?", "How much is {a} - {b}?", "Calculate {a} - {b}.",
    "Subtract {b} from {a}.", "I have {a} apples and give away {b}. How many apples are left?",
]


def held_out(a, b):
    low, high = min(a, b), max(a, b)
    return low >= 10 and crc32(f"{low}+{high}".encode()) % 8 == 0


def number(random):
    return random.randrange(10, 100) if random.random() < 0.8 else random.randrange(0, 10)


def pair(random, test=False):
    while True:
        a, b = (random.randrange(10, 100), random.randrange(10, 100)) if test else (number(random), number(random))
        if held_out(a, b) == test:
            return a, b


def question(random, test=False):
    """A question and its answer."""
    a, b = pair(random, test)
    if not test and random.random() < 0.25:
        a, b = max(a, b), min(a, b)
        return random.choice(DIFFERENCE_QUESTIONS).format(a=a, b=b), f"{a} - {b} = {a - b}"
    return random.choice(SUM_QUESTIONS).format(a=a, b=b), f"{a} + {b} = {a + b}"


def line(random):
    """A plain line of arithmetic."""
    a, b = pair(random)
    if random.random() < 0.2:
        a, b = max(a, b), min(a, b)
        return f"{a} - {b} = {a - b}"
    return f"{a} + {b} = {a + b}"
