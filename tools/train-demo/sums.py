"""Sums and differences, most of numbers up to 99, and small products, asked in several ways.

One pair of two-digit numbers in eight is held out: `held_out` decides from the pair alone, in either order, and the trainer
never sees one of those.
"""

from zlib import crc32

SUM_QUESTIONS = [
    "What is {a} + {b}?", "What is {a} plus {b}?", "{a} + {b}", "{a} + {b} = ?", "{a}+{b}", "How much is {a} + {b}?", "How much is {a} plus {b}?",
    "Calculate {a} + {b}.", "Add {a} and {b}.", "What is the sum of {a} and {b}?", "Please add {a} and {b}.", "What do {a} and {b} make together?",
    "What's {a} + {b}?", "Can you tell me what {a} + {b} is?", "I have {a} apples and get {b} more. How many apples do I have?",
    "There are {a} birds in a tree, and {b} more come. How many birds are there?",
    "{a} plus {b}", "{a} and {b} is?", "what is {a}+{b}", "What is {a}+{b}?", "Compute {a} + {b}.", "Solve {a} + {b}.", "Tom has {a} books and buys {b} more. How many books does he have now?",
]
DIFFERENCE_QUESTIONS = [
    "What is {a} - {b}?", "What is {a} minus {b}?", "{a} - {b}", "{a} - {b} = ?", "How much is {a} - {b}?", "Calculate {a} - {b}.",
    "Subtract {b} from {a}.", "I have {a} apples and give away {b}. How many apples are left?",
    "{a}-{b}", "What is {a}-{b}?", "What is the difference of {a} and {b}?", "How much is {a} minus {b}?", "Take {b} away from {a}.",
]


def held_out(a, b):
    low, high = min(a, b), max(a, b)
    return low >= 10 and crc32(f"{low}+{high}".encode()) % 8 == 0


PRODUCT_QUESTIONS = [
    "What is {a} * {b}?", "What is {a} times {b}?", "{a} * {b}", "{a} x {b}", "How much is {a} times {b}?", "Multiply {a} by {b}.", "What is the product of {a} and {b}?",
    "I have {a} boxes with {b} apples each. How many apples do I have?",
]


def number(random):
    size = random.random()
    return random.randrange(10, 100) if size < 0.7 else random.randrange(0, 10) if size < 0.85 else random.randrange(100, 1000)


def pair(random, test=False):
    while True:
        a, b = (random.randrange(10, 100), random.randrange(10, 100)) if test else (number(random), number(random))
        if held_out(a, b) == test:
            return a, b


def question(random, test=False):
    """A question and its answer."""
    kind = 1 if test else random.random()
    if kind < 0.1:
        a, b = random.randrange(0, 13), random.randrange(0, 13)
        return random.choice(PRODUCT_QUESTIONS).format(a=a, b=b), f"{a} * {b} = {a * b}"
    a, b = pair(random, test)
    if kind < 0.35:
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
