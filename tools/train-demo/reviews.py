"""One-sentence reviews with a sentiment, put together from topics, aspects, judgements and the usual ways of turning them round.

A review is held out when the checksum of its text says so; the trainer never sees one of those.
"""

from zlib import crc32

GOOD = """adorable amazing astonishing authentic awesome beautiful bright brilliant captivating charming cheerful clean clever comfortable
convincing convenient cozy creative crisp delicious delightful durable easy effective efficient elegant engaging enjoyable entertaining excellent
exceptional exciting exquisite fabulous fantastic fascinating fast first-class flawless fresh friendly fun funny generous genuine good gorgeous
graceful great gripping happy hearty heavenly helpful hilarious honest imaginative impeccable impressive incredible inspiring intelligent
interesting inviting joyful juicy kind likeable lively lovely luxurious magical magnificent marvelous masterful memorable modern moving neat nice
original outstanding patient peaceful perfect phenomenal pleasant polished polite powerful practical precise pretty professional prompt quick
refreshing relaxing reliable remarkable rich robust romantic satisfying sensational sharp silky sincere smart smooth solid sophisticated
spacious sparkling spectacular spotless stunning sturdy stylish sublime superb super sweet tasteful tasty tender terrific thorough thoughtful
thrilling top-notch touching unforgettable unique useful valuable vibrant warm welcoming well-made well-written witty wonderful worthwhile""".split()
BAD = """abysmal amateurish annoying appalling arrogant atrocious average-at-best awful awkward bad bitter bland boring broken burnt careless cheap
chaotic childish cold confusing cracked cramped creepy crude cruel damaged dangerous dated dead defective depressing dirty disappointing
disgusting dishonest dismal dreadful dreary dry dull dusty embarrassing empty endless exhausting expensive faulty filthy flat flimsy foolish
forgettable fragile frustrating gloomy greasy grim harsh hideous hopeless horrendous horrible horrid impolite incompetent inconvenient
inedible inferior insulting irritating joyless lame laughable lazy lifeless loud lousy mean mediocre messy miserable misleading monotonous
muddled nasty noisy obnoxious overcooked overpriced overrated painful pathetic pointless poor predictable pretentious ridiculous rotten rough
rude rushed sad salty shabby shallow shoddy silly sloppy slow smelly soggy sour stale sticky stiff stressful stupid tacky tasteless tedious
terrible tiresome tiring tough ugly unbearable uncomfortable undercooked uneven unfriendly unfunny unhelpful uninspired unoriginal unpleasant
unprofessional unreliable unusable unwelcoming useless vile weak worn worthless wretched wrong""".split()
TOPICS = {
    "movie": ["story", "acting", "ending", "music", "plot", "cast", "dialogue", "first half", "hero"],
    "film": ["story", "acting", "ending", "soundtrack", "camera work", "plot", "director", "second half"],
    "book": ["story", "style", "ending", "first chapter", "plot", "main character", "writing", "cover"],
    "restaurant": ["food", "service", "soup", "dessert", "waiter", "menu", "staff", "coffee", "steak", "salad", "wine", "fish", "table", "chef"],
    "hotel": ["room", "bed", "breakfast", "staff", "service", "view", "pool", "bathroom", "location", "lobby", "shower", "pillow"],
    "phone": ["screen", "battery", "camera", "sound", "design", "price", "signal"],
    "laptop": ["keyboard", "screen", "battery", "design", "speaker", "fan", "price"],
    "game": ["story", "music", "artwork", "level design", "controls", "graphics"],
    "album": ["first song", "voice", "sound", "melody", "text", "cover"],
    "concert": ["band", "sound", "show", "singer", "crowd", "hall"],
    "show": ["host", "first episode", "story", "cast", "humor", "season"],
    "trip": ["guide", "weather", "bus ride", "food", "boat", "driver"],
    "shop": ["staff", "service", "selection", "delivery", "owner", "price"],
    "cafe": ["coffee", "cake", "music", "staff", "tea", "atmosphere", "sandwich"],
    "product": ["quality", "design", "packaging", "material", "delivery", "price", "manual", "color"],
    "pizza": ["crust", "cheese", "sauce", "dough", "topping"],
    "museum": ["tour", "guide", "collection", "building", "exhibition"],
    "course": ["teacher", "material", "pace", "book", "lesson", "exercise"],
    "app": ["design", "update", "support", "layout", "search"],
    "car": ["engine", "seat", "price", "sound", "design", "dealer"],
    "chair": ["seat", "material", "design", "price"],
    "jacket": ["fabric", "color", "zipper", "fit", "price"],
    "flight": ["seat", "crew", "food", "boarding", "pilot"],
    "doctor": ["advice", "office", "staff", "waiting room"],
    "toy": ["quality", "color", "packaging", "design"],
    "headphones": ["sound", "bass", "cable", "design"],
    "meal": ["taste", "portion", "sauce", "meat"],
    "burger": ["bun", "meat", "sauce", "price"],
    "play": ["acting", "stage", "text", "ending"],
    "place": ["atmosphere", "service", "staff", "music", "view"],
}
GOOD_ACTIONS = [
    "I loved it", "I loved every minute of it", "I enjoyed it a lot", "I would recommend it to everyone", "I will come back", "it made my day", "I would buy it again",
    "we had a great time", "I could not stop smiling", "it was worth every cent", "it exceeded my expectations", "I am very happy with it", "my kids loved it",
    "we laughed the whole time", "it is the best I have ever had", "I was pleasantly surprised", "it works like a charm", "I cannot wait to go again", "I like it very much",
    "it was a pleasure", "I am impressed", "everything was as promised", "I fell in love with it", "it deserves five stars", "highly recommended",
    "we will be back soon", "I have told all my friends about it", "I could not put it down", "it kept me on the edge of my seat", "it brought tears of joy to my eyes",
    "it is money well spent", "you will not regret it", "do not miss it", "I want more of this", "it is a must", "what a treat", "what a joy", "ten out of ten",
    "five stars from me", "two thumbs up", "it still works perfectly", "I use it every day and love it", "it does exactly what it should", "it saved me a lot of time",
    "they went out of their way to help us", "they made us feel at home", "I felt welcome from the first minute", "nothing could be better", "I have nothing to complain about",
    "it left me speechless with joy", "the best purchase of the year", "a real gem", "simply a masterpiece", "I would see it again tomorrow", "my wife adores it",
    "everyone at the table was delighted", "I give it full marks", "time flew by", "I was hooked from the start", "I stayed awake all night to finish it", "I would give more stars if I could", "I smiled from beginning to end",
    "it made us very happy", "we stayed much longer than planned", "it was love at first sight", "we ate every last bite", "I have been back three times", "it fixed all my problems", "it runs like new",
    "the children asked for more", "it is a bargain", "it has a place in my heart", "I still think of it with joy", "we sang along all night", "it kept its promise", "no complaints at all", "I would go there every day",
    "it was a dream come true", "it is worth the money", "it is worth a visit", "they answered all my questions", "they helped me at once", "my mother was so happy with it", "good job", "well done", "thank you so much",
    "a wonderful evening", "pure magic", "I recommend it with all my heart", "it could not have gone better", "it gets better every time", "I am a fan now", "we felt safe and welcome", "it tastes like home", "I am in love with this", "a great deal", "it arrived early and in perfect shape",
]
BAD_ACTIONS = [
    "I hated it", "I hated every minute of it", "I regret buying it", "I would not recommend it to anyone", "I will never come back", "it ruined my day", "I want my money back",
    "we had a terrible time", "I almost fell asleep", "it was a waste of money", "it was a waste of time", "I am very unhappy with it", "my kids cried",
    "we left early", "it is the worst I have ever had", "I was very disappointed", "it broke after one day", "I never want to see it again", "I do not like it at all",
    "it was a disaster", "I expected much more", "nothing was as promised", "I could not wait to leave", "it deserves zero stars", "stay away from it",
    "we will not be back", "I have warned all my friends about it", "I gave up after ten minutes", "it bored me to tears", "it gave me a headache", "I threw it away",
    "it is money down the drain", "you will regret it", "save your money", "do not buy this", "avoid it", "what a letdown", "what a mess", "zero out of ten",
    "one star is too many", "two thumbs down", "it stopped working after a week", "I sent it back the same day", "it does not do what it should", "it cost me a lot of time",
    "they did not even answer my questions", "they treated us like a burden", "I felt unwelcome from the first minute", "nothing could be worse", "I have a lot to complain about",
    "it left me angry", "the worst purchase of the year", "a total failure", "simply garbage", "I would not watch it again for money", "my wife cannot stand it",
    "nobody at the table finished the meal", "I give it no points", "time stood still", "I lost interest after the start", "I fell asleep halfway through", "I would give less than one star if I could", "I yawned from beginning to end",
    "it made us very sad", "we left much earlier than planned", "it was a mistake from the first day", "we left the food on the plate", "I will never go back", "it gave me only problems", "it fell apart in my hands",
    "the children wanted to go home", "it is a rip-off", "it has no heart", "I still think of it with anger", "we could not sleep all night", "it broke its promise", "so many complaints", "I would not go there again",
    "it was a nightmare", "it is not worth the money", "it is not worth a visit", "they ignored all my questions", "they let me wait for an hour", "my mother was so unhappy with it", "what a shame", "never again", "no thank you",
    "an evening to forget", "pure torture", "I cannot recommend it", "it could not have gone worse", "it gets worse every time", "I walked out", "we felt unsafe and unwelcome", "it tastes like cardboard", "I am done with this", "a bad deal", "it arrived late and damaged",
    "I had to wait for two hours", "they never called back", "it made me sick", "I asked for a refund", "the whole thing fell apart",
]
STRONG = ["very", "really", "so", "truly", "absolutely", "extremely", "incredibly", "just", "quite", "totally", "always", "simply", "surprisingly", "completely"]
QUESTIONS = [
    "Is this review positive or negative? {r}", "Is this review positive or negative: {r}", "What is the sentiment of this review? {r}",
    "Classify the sentiment: {r}", "Sentiment: {r}", "Positive or negative? {r}", "{r} Is this positive or negative?", "Review: {r} Is it positive or negative?",
    "Tell me whether this review is positive or negative. {r}", 'Is the sentence "{r}" positive or negative?',
]


def held_out(review):
    return crc32(review.lower().encode()) % 10 == 0


MANY = {"headphones"}
BEST = ["best", "finest", "greatest", "nicest", "strongest", "funniest", "loveliest", "smartest", "friendliest", "most beautiful", "most exciting", "most charming", "most enjoyable"]
WORST = ["worst", "weakest", "poorest", "dullest", "ugliest", "saddest", "rudest", "dirtiest", "most boring", "most annoying", "most painful", "most disappointing", "least enjoyable"]


def a(word):
    return ("an " if word[0] in "aeiou" and not word.startswith(("use", "uni")) else "a ") + word


def plain(random, good, topic):
    """A clause with one judgement."""
    aspect = random.choice(TOPICS[topic] + [topic])
    was, it = ("were", "these are") if aspect in MANY else ("was", "this is")
    own, against = (GOOD, BAD) if good else (BAD, GOOD)
    word, second, other = random.choice(own), random.choice(own), random.choice(against)
    strong, most = random.choice(STRONG), random.choice(BEST if good else WORST)
    time = random.choice(["of the year", "of all time", "in town", "I know", "I have seen", "in a long time", "of my life", "so far"])
    the = random.choice(["the", "the", "the", "their", "my"]) if aspect != topic else "the"
    return random.choice([
        f"{the} {aspect} {was} {word}", f"{the} {aspect} {was} {word}", f"{the} {aspect} {was} {strong} {word}", f"{the} {aspect} {was} {word} and {second}",
        f"{the} {aspect} {was} not {other}", f"{the} {aspect} {was} not {other} at all", f"{the} {aspect} {was} never {other}", f"{the} {aspect} {was}n't {other}",
        f"I found the {aspect} {word}", f"I thought the {aspect} {was} {strong} {word}", f"it was {a(word)} {topic}" if topic not in MANY else f"they were {word} {topic}",
        f"{it} {word} {topic}" if topic in MANY else f"this is {a(word)} {topic}", f"the {aspect} {was} anything but {other}", f"the {aspect} could not be {'better' if good else 'worse'}",
        f"I {random.choice(['love', 'like', 'adore', 'enjoyed', 'liked', 'loved'] if good else ['hate', 'dislike', 'hated', 'disliked', 'did not like', 'did not enjoy', 'do not like'])} the {aspect}",
        f"the {aspect} {was} {'better' if good else 'worse'} than I expected", f"what {a(word)} {topic}", f"such {a(word)} {aspect}", f"{word} {aspect}", f"{word}, {second} {aspect}",
        f"the {aspect} {was} {'full of' if good else 'without any'} {random.choice(['charm', 'life', 'taste', 'ideas', 'love', 'humor', 'heart'])}",
        f"the {aspect} {was} {'far from' if random.random() < 0.5 else 'hardly'} {other}", f"nothing about the {aspect} {was} {other}", f"there is {'nothing' if good else 'a lot'} wrong with the {aspect}",
        f"the {aspect} made me {random.choice(['happy', 'smile', 'laugh with joy'] if good else ['sad', 'angry', 'tired', 'sick'])}", f"the {aspect} {'never disappoints' if good else 'always disappoints'}",
        f"the {aspect} {was} {random.choice(['the best', 'my favorite'] if good else ['the worst', 'my least favorite'])} part", f"how {word} the {aspect} {was}",
        f"one of the {most} {topic.removesuffix('s')}s {time}", f"this is the {most} {topic} {time}" if topic not in MANY else f"these are the {most} {topic} {time}", f"the {most} {aspect} {time}",
        f"I have {'never' if random.random() < 0.5 else 'hardly ever'} seen {a(word)} {aspect} like this" if topic not in MANY else f"I have never had such {word} {topic}",
        f"{the} {aspect} {'deserves praise' if good else 'deserves no praise'}", f"{the} {aspect} {random.choice(['won me over', 'made my day', 'shines'] if good else ['let me down', 'ruined everything', 'was a letdown'])}",
        f"everything about the {aspect} {was} {word}", f"both the {aspect} and the {random.choice(TOPICS[topic])} were {word}", f"not {a(other)} {aspect}" if aspect not in MANY else f"not {other} {aspect}",
    ])


def clause(random, good, topic):
    return random.choice(GOOD_ACTIONS if good else BAD_ACTIONS) if random.random() < 0.3 else plain(random, good, topic)


def sentences(*clauses):
    return ". ".join(clause[0].upper() + clause[1:] for clause in clauses)


def make(random, good):
    topic = random.choice(list(TOPICS))
    one, two, three = (clause(random, good, topic) for _ in range(3))
    against = plain(random, not good, topic)
    hoped = random.choice(BAD if good else GOOD)
    text = random.choice([
        one, one, plain(random, good, topic), f"{one}, and {two}", f"{one} and {two}", f"{against}, but {one}", f"although {against}, {one}", f"{one}, even though {against}",
        f"I thought it would be {hoped}, but {one}", f"I expected {a(hoped)} {topic}, but {one}", f"{against}; still, {one} and {two}",
        f"everybody told me that the {topic} was {hoped}, but {one}", f"in the end, {one}", f"I went there with my family, and {one}", f"{one}, to be honest",
        f"after {random.choice(['one day', 'a week', 'two months', 'a year'])}, I can say that {one}", sentences(one, two), sentences(one, two, three),
        f"honestly, {one}", f"{one}: {two}", f"{one} because {plain(random, good, topic)}", f"I bought this {random.choice(['last week', 'for my son', 'as a gift', 'online'])} and {one}",
        f"we went there {random.choice(['yesterday', 'on Sunday', 'for dinner', 'with friends'])} and {one}", f"despite {a(hoped)} {random.choice(TOPICS[topic])}, {one}",
    ])
    ending = "!" if random.random() < 0.15 else "" if random.random() < 0.05 else "."
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
