"""Greetings, questions about the model itself, sentences to finish, and questions about a story that was just told."""

from stories import BOYS, GIRLS, HE_ANIMALS, HUMANS, PLOTS, PREPOSITION, SHE_ANIMALS, any_kind, article, tell

GREETINGS = ["Hello!", "Hi!", "Hello", "Hi", "Hey", "Good morning!", "Good evening!", "Hi there!", "Hello, how are you?", "How are you?"]
WELCOMES = [
    "Hello! Shall I tell you a story?", "Hello! I can tell stories, add numbers and judge reviews.", "Hi! I am a very small model. Ask me for a story.",
    "Hello! What would you like to hear?",
]
ABOUT = {
    ("Who are you?", "What are you?", "What is your name?", "Tell me about yourself.", "Are you a robot?"): [
        "I am the demo model of Lockstep, a very small language model.", "I am a tiny language model that comes with Lockstep.",
    ],
    ("What can you do?", "What do you know?", "Help", "Help me.", "What should I ask you?", "How can you help me?"): [
        "I can tell short stories, finish sentences, add two numbers, and say whether a review is positive or negative.",
        "Ask me for a story, for a sum like 23 + 48, or whether a review is positive or negative.",
    ],
    ("What is an LPU?", "What is a language processing unit?", "Explain what an LPU is."): [
        "An LPU is a language processing unit: a chip that runs a language model as one program with a fixed schedule.",
        "An LPU is a chip for language models. Every step of its program is planned before it runs.",
    ],
    ("What is Lockstep?", "Tell me about Lockstep.", "What does Lockstep do?"): [
        "Lockstep runs a language model as one program with a fixed schedule, on your computer or on a simulated LPU.",
    ],
    ("Why are you so small?", "Are you intelligent?", "Are you smart?", "Can you think?"): [
        "I am only a demo. I know a few stories and some arithmetic.", "Not really. I am a small model, but I can tell a nice story.",
    ],
    ("Thank you!", "Thanks!", "Thank you", "Thanks", "That was nice.", "I like it.", "Great!", "Nice story!"): [
        "You are welcome!", "Thank you! Would you like another story?", "I am glad that you like it.",
    ],
    ("Goodbye!", "Bye!", "Good night!", "See you!", "Bye"): ["Goodbye!", "Goodbye! Come back soon.", "Sleep well and see you soon!"],
    ("What is the capital of France?", "Who is the president?", "What time is it?", "What is the weather like?", "Write a program.", "Translate this."): [
        "I do not know. I am a very small model, but I can tell you a story.", "I am too small to know that. Shall I tell you a story instead?",
    ],
}

ENDINGS = [
    ("ran to the river because", "was", "very thirsty"), ("went to bed early because", "was", "tired"), ("opened the window because", "was", "too warm inside"),
    ("stayed at home because", "was", "raining all day"), ("put on a warm coat because", "was", "cold outside"), ("laughed because", "was", "so funny"),
    ("sat down under a tree and", "", "fell asleep in the shade"), ("looked up at the sky and", "", "saw a bright star"), ("went to the market and", "", "bought some apples and bread"),
    ("opened the box and", "", "found a golden key"), ("climbed the hill and", "", "looked at the valley below"), ("jumped into the water and", "", "swam to the other side"),
    ("was hungry, so", "they", "ate some bread and cheese"), ("heard a noise in the night, so", "they", "lit a lamp and looked outside"),
    ("lost the way in the forest, but", "", "followed the river home"), ("fell down, but", "", "got up again and went on"), ("wanted to fly like a bird, but", "", "had no wings"),
    ("lived in a small house near", "", "the edge of the forest"), ("walked slowly to", "", "the old mill by the river"), ("was happy because", "was", "a sunny day"),
    ("was sad because", "they", "had lost a good friend"), ("ran home because", "was", "getting dark"), ("drank a glass of water because", "was", "thirsty"),
    ("was late because", "they", "had missed the bus"), ("smiled because", "they", "had good news"), ("was very tired after", "", "the long walk"),
    ("wanted to go outside, but", "was", "raining"), ("took an umbrella because", "was", "raining"), ("made a fire because", "was", "cold outside"),
    ("went to the kitchen and", "", "made a cup of tea"), ("picked up the book and", "", "began to read"), ("looked under the bed and", "", "found the lost shoe"),
    ("got a letter and", "", "read it with a smile"), ("closed the door and", "", "went to sleep"), ("heard the music and", "", "began to dance"),
    ("was afraid of the dark, so", "they", "left the light on"), ("was thirsty, so", "they", "drank some cold water"), ("was cold, so", "they", "sat down close to the fire"),
    ("had a lot of work to do, so", "they", "got up early"), ("could not sleep, so", "they", "counted the stars"), ("wanted to help, so", "they", "carried the heavy bag"),
    ("went for a walk in", "", "the park"), ("sat on a bench in", "", "the garden"), ("crossed the bridge over", "", "the river"), ("found a coin on", "", "the road"),
    ("put the flowers in", "", "a vase on the table"), ("waited for", "", "the bus at the corner"), ("looked for mushrooms in", "", "the forest"), ("told everybody about", "", "the big adventure"),
    ("said goodbye and", "", "went home"), ("took a deep breath and", "", "jumped"), ("tried again and again until", "they", "could do it"),
]
PRONOUNS = {
    "The fox": "it", "The old bear": "it", "The little girl": "she", "The boy": "he", "My grandmother": "she", "The dog": "it", "The cat": "it", "The teacher": "she",
    "The farmer": "he", "A small bird": "it", "The rabbit": "it", "The children": "they", "The old man": "he", "The young woman": "she", "My brother": "he", "My sister": "she",
    "My friends": "they", "The king": "he", "The queen": "she", "The princess": "she", "The mouse": "it", "The horse": "it", "The baker": "he", "The doctor": "she",
    "Anna": "she", "Tom": "he", "Lucy": "she", "Ben": "he", "Emma": "she", "Paul": "he", "The two friends": "they", "The wolf": "it", "The elephant": "it", "My father": "he",
    "My mother": "she", "The student": "he", "The sailor": "he", "The monkey": "it", "The neighbors": "they",
}
IMPERSONAL = {"too warm inside", "raining all day", "cold outside", "a sunny day", "getting dark", "raining", "very windy"}
FINISH = ["Finish this sentence: {s}", "Continue this sentence: {s}", "Continue: {s}", "Complete the sentence: {s}", "How does this sentence go on? {s}"]


def sentence(random):
    """The beginning and the end of a sentence."""
    subject = random.choice(list(PRONOUNS))
    pronoun = PRONOUNS[subject]
    beginning, link, end = random.choice(ENDINGS)
    for one, many in {"was ": "were ", "is ": "are ", "lives ": "live ", "likes ": "like ", "wants ": "want "}.items():
        if pronoun == "they" and beginning.startswith(one):
            beginning = many + beginning[len(one) :]
    if end == "so funny":
        return f"{subject} {beginning}", "the story was so funny."
    if link == "was":
        pronoun = "it" if end in IMPERSONAL else pronoun
        return f"{subject} {beginning}", f"{pronoun} {'were' if pronoun == 'they' else 'was'} {end}."
    return f"{subject} {beginning}", f"{pronoun} {end}." if link == "they" else f"{end}."


def small_talk(random):
    if random.random() < 0.3:
        return random.choice(GREETINGS), random.choice(WELCOMES)
    questions = random.choice(list(ABOUT))
    return random.choice(questions), random.choice(ABOUT[questions])


def completion(random):
    beginning, end = sentence(random)
    return random.choice(FINISH).format(s=beginning), end


ANY_STORY = ["Tell me a story.", "Tell me a story", "Please tell me a story.", "Write a short story.", "Can you tell me a story?", "Tell me another story.", "I want to hear a story.", "Another story, please."]
KIND_STORY = [
    "Tell me a story about {a}.", "Tell me a story about {a}", "Write a story about {a}.", "Please tell me a story about {a}.", "Write a short story about {a}.",
    "Can you tell me a story about {a}?", "A story about {a}, please.", "Do you know a story about {a}?", "I want to hear a story about {a}.",
]
THEME_STORY = ["Tell me a story about {t}.", "Write a story about {t}.", "Write a short story about {t}.", "Can you tell me a story about {t}?"]
KIND_AND_THEME = ["Tell me a story about {a} and {t}.", "Write a story about {a} and {t}.", "Tell me a story about {a}. It should be about {t}."]
BEDTIME = ["Tell me a bedtime story.", "I cannot sleep. Tell me a story.", "Please tell me a bedtime story."]


NAMED_STORY = ["Tell me a story about {a} named {n}.", "Tell me a story about {a} called {n}.", "Write a short story about {a} named {n}.", "A story about {n} the {k}, please."]


def named_request(random):
    kind = random.choice(["girl", "boy"]) if random.random() < 0.1 else any_kind(random)
    she = HUMANS.get(kind, kind == "girl" if kind in ("girl", "boy") else random.random() < 0.5)
    name = random.choice(GIRLS if she else BOYS) if kind in ("girl", "boy") or random.random() < 0.3 else random.choice(SHE_ANIMALS if she else HE_ANIMALS)
    return random.choice(NAMED_STORY).format(a=article(kind), k=kind, n=name), tell(random, kind=kind, name=name)


def story_request(random):
    """A request, and a story that fulfils it."""
    way = random.random()
    if way < 0.2:
        return random.choice(ANY_STORY), tell(random)
    kind = random.choice(["girl", "boy"]) if random.random() < 0.1 else any_kind(random)
    described = article(random.choice(["", "", "little ", "small "]) + kind)
    if way < 0.28:
        return named_request(random)
    if way < 0.65:
        return random.choice(KIND_STORY).format(a=described), tell(random, kind=kind)
    theme = random.choice(list(PLOTS))
    if way < 0.8:
        return random.choice(THEME_STORY).format(t=theme), tell(random, theme=theme)
    if way < 0.95:
        return random.choice(KIND_AND_THEME).format(a=described, t=theme), tell(random, kind=kind, theme=theme)
    return random.choice(BEDTIME), tell(random, theme="a sleepless night")


def about_story(random, story):
    """A question about a story, and its answer."""
    hero, friend = story.hero, story.friend
    options = [
        (f"What was the {hero.kind} called?", f"The {hero.kind} was called {hero.name}."), (f"What was the name of the {hero.kind}?", f"The {hero.kind} was called {hero.name}."),
        (f"Who was {hero.name}?", f"{hero.name} was {hero.described}."),
        (f"Who was the friend of {hero.name}?", f"The friend was {friend.name}."), (f"Who was {hero.name}'s friend?", f"The friend was {friend.name}."),
        ("What was the story about?", f"It was about {story.theme}."),
    ]
    if any(f"{PREPOSITION[story.place]} the {story.place}" in line.lower() for line in story.lines):
        options.append((f"Where did {hero.name} live?", f"{hero.name} lived {PREPOSITION[story.place]} the {story.place}."))
    if story.theme == "a lost thing":
        options += [(f"What did {hero.name} lose?", f"{hero.name} lost {article(story.color + ' ' + story.thing)}."), (f"What was lost?", f"It was {article(story.color + ' ' + story.thing)}.")] * 2
    if story.theme == "being brave":
        options += [(f"What was {hero.name} afraid of?", f"{hero.name} was afraid of {story.facts['fear']}.")] * 2
    if story.theme == "telling the truth":
        options += [(f"What did {hero.name} break?", f"{hero.name} broke the {story.facts['broken']}.")] * 2
    return random.choice(options)
