"""One-sentence reviews with a sentiment, put together from topics, aspects, judgements and the usual ways of turning them round.

A review is held out when the checksum of its text says so; the trainer never sees one of those.
"""

from zlib import crc32

GOOD = """amazing awesome beautiful brilliant charming clean comfortable delicious delightful elegant enjoyable excellent exciting
fantastic fast flawless fresh friendly fun funny generous gorgeous good great helpful impressive incredible lovely magnificent
marvelous memorable nice outstanding perfect pleasant powerful reliable satisfying smooth solid stunning superb sweet tasty terrific
thoughtful touching useful warm well-made wonderful cozy refreshing inspiring stylish clever fabulous remarkable polite""".split()
BAD = """annoying awful bad bland boring broken cheap cold confusing dirty disappointing disgusting dreadful dull expensive faulty
flat forgettable frustrating horrible lazy loud mediocre messy noisy overpriced painful pathetic poor predictable rude sad
slow sloppy stale tasteless terrible tiring ugly unfriendly unpleasant unreliable useless weak worthless nasty filthy shabby lousy
unbearable careless ridiculous greasy soggy flimsy clumsy bitter unusable""".split()
TOPICS = {
    "movie": ["story", "acting", "ending", "music", "plot", "cast", "dialogue"],
    "film": ["story", "acting", "ending", "soundtrack", "camera work", "plot"],
    "book": ["story", "style", "ending", "first chapter", "plot", "main character"],
    "restaurant": ["food", "service", "soup", "dessert", "waiter", "menu", "staff", "coffee"],
    "hotel": ["room", "bed", "breakfast", "staff", "service", "view", "pool", "bathroom"],
    "phone": ["screen", "battery", "camera", "sound", "design"],
    "laptop": ["keyboard", "screen", "battery", "design", "speaker"],
    "game": ["story", "music", "artwork", "level design"],
    "album": ["first song", "voice", "sound", "melody"],
    "concert": ["band", "sound", "show", "singer", "crowd"],
    "show": ["host", "first episode", "story", "cast", "humor"],
    "trip": ["guide", "weather", "bus ride", "food"],
    "shop": ["staff", "service", "selection", "delivery"],
    "cafe": ["coffee", "cake", "music", "staff", "tea"],
    "product": ["quality", "design", "packaging", "material", "delivery"],
    "pizza": ["crust", "cheese", "sauce"],
    "museum": ["tour", "guide", "collection", "building"],
    "course": ["teacher", "material", "pace", "book"],
}
GOOD_ACTIONS = [
    "I loved it", "I loved every minute of it", "I enjoyed it a lot", "I would recommend it to everyone", "I will come back", "it made my day", "I would buy it again",
    "we had a great time", "I could not stop smiling", "it was worth every cent", "it exceeded my expectations", "I am very happy with it", "my kids loved it",
    "we laughed the whole time", "it is the best I have ever had", "I was pleasantly surprised", "it works like a charm", "I cannot wait to go again", "I like it very much",
    "it was a pleasure", "I am impressed", "everything was as promised", "I fell in love with it", "it deserves five stars", "highly recommended",
]
BAD_ACTIONS = [
    "I hated it", "I hated every minute of it", "I regret buying it", "I would not recommend it to anyone", "I will never come back", "it ruined my day", "I want my money back",
    "we had a terrible time", "I almost fell asleep", "it was a waste of money", "it was a waste of time", "I am very unhappy with it", "my kids cried",
    "we left early", "it is the worst I have ever had", "I was very disappointed", "it broke after one day", "I never want to see it again", "I do not like it at all",
    "it was a disaster", "I expected much more", "nothing was as promised", "I could not wait to leave", "it deserves zero stars", "stay away from it",
]
STRONG = ["very", "really", "so", "truly", "absolutely", "extremely", "incredibly", "just"]
QUESTIONS = [
    "Is this review positive or negative? {r}", "Is this review positive or negative: {r}", "What is the sentiment of this review? {r}",
    "Classify the sentiment: {r}", "Sentiment: {r}", "Positive or negative? {r}", "{r} Is this positive or negative?", "Review: {r} Is it positive or negative?",
    "Tell me whether this review is positive or negative. {r}", 'Is the sentence "{r}" positive or negative?',
]


def held_out(review):
    return crc32(review.lower().encode()) % 10 == 0


def plain(random, good, topic):
    """A clause with one judgement."""
    aspect = random.choice(TOPICS[topic] + [topic])
    word = random.choice(GOOD if good else BAD)
    other = random.choice(BAD if good else GOOD)
    second = random.choice(GOOD if good else BAD)
    article = "an" if word[0] in "aeiou" else "a"
    return random.choice([
        f"the {aspect} was {word}", f"the {aspect} was {word}", f"the {aspect} is {word}", f"the {aspect} was {random.choice(STRONG)} {word}",
        f"the {aspect} was {word} and {second}", f"the {aspect} was not {other}", f"the {aspect} was not {other} at all", f"the {aspect} was never {other}",
        f"I found the {aspect} {word}", f"I think the {aspect} is {random.choice(STRONG)} {word}", f"it was {article} {word} {topic}",
        f"this is {article} {word} {topic}", f"the {aspect} was anything but {other}", f"the {aspect} could not be {'better' if good else 'worse'}",
        f"I {'love' if good else 'hate'} the {aspect}", f"I {'liked' if good else 'did not like'} the {aspect}", f"the {aspect} is {'better' if good else 'worse'} than I expected",
    ])


def clause(random, good, topic):
    return random.choice(GOOD_ACTIONS if good else BAD_ACTIONS) if random.random() < 0.3 else plain(random, good, topic)


def make(random, good):
    topic = random.choice(list(TOPICS))
    one, two = clause(random, good, topic), clause(random, good, topic)
    against = plain(random, not good, topic)
    hoped = random.choice(GOOD if not good else BAD)
    text = random.choice([
        one, one, plain(random, good, topic), f"{one}, and {two}", f"{one} and {two}", f"{against}, but {one}", f"although {against}, {one}", f"{one}, even though {against}",
        f"I thought it would be {hoped}, but {one}", f"I expected {'an' if hoped[0] in 'aeiou' else 'a'} {hoped} {topic}, but {one}",
        f"everybody told me that the {topic} was {hoped}, but {one}", f"in the end, {one}", f"I went there with my family, and {one}", f"{one}, to be honest",
        f"after {random.choice(['one day', 'a week', 'two months', 'a year'])}, I can say that {one}",
    ])
    ending = "!" if random.random() < 0.15 else "."
    return text[0].upper() + text[1:] + ending


def review(random, test=False):
    """A review and whether it is a good one."""
    while True:
        good = random.random() < 0.5
        text = make(random, good)
        if held_out(text) == test:
            return text, good


def question(random, test=False):
    text, good = review(random, test)
    return random.choice(QUESTIONS).format(r=text), "Positive." if good else "Negative."
