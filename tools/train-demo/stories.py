"""Short stories with a plot, told by a grammar that keeps track of who is who.

A `Story` holds the cast (hero, friend, place, thing) and the sentences told so far. Every plot is a function that appends
sentences; what varies is chosen by the random number generator that the caller seeds. The cast is kept, so that questions
about a story ("What was the fox called?") can be asked and answered.
"""

from dataclasses import dataclass, field
from random import Random

GIRLS = """Anna Bella Clara Daisy Ella Emma Fiona Grace Hanna Ida Iris Jane Julia Kate Lena Lily Lucy Mara Maya Mia Nina Nora Olive
Paula Rosa Ruby Sara Sofia Tess Vera Wendy Zoe""".split()
BOYS = """Adam Alex Ben Carl Dan David Eli Emil Finn Fred George Hugo Ivan Jack Jacob Jonas Leo Luke Mark Max Milo Noah Oscar Otto
Paul Peter Sam Simon Theo Tim Tom Will""".split()
SHE_ANIMALS = "Amber Bee Blossom Button Clover Dot Fern Ginger Hazel Honey Juniper Maple Misty Nutmeg Penny Pepper Poppy Tilly Willow".split()
HE_ANIMALS = "Acorn Bruno Bumble Chip Dusty Flash Fuzz Hopper Moss Oaky Patch Pip Rusty Scout Socks Sunny Toby Twig Whiskers".split()

ANIMALS = {
    "fox": ["forest", "hills"],
    "rabbit": ["meadow", "forest", "garden"],
    "bear": ["forest", "mountains"],
    "mouse": ["barn", "garden", "meadow"],
    "owl": ["forest", "barn"],
    "frog": ["pond", "river"],
    "duck": ["pond", "river", "lake"],
    "hedgehog": ["garden", "forest"],
    "squirrel": ["forest", "park"],
    "turtle": ["pond", "lake", "beach"],
    "cat": ["village", "farm", "garden"],
    "dog": ["farm", "village", "park"],
    "goat": ["farm", "mountains", "hills"],
    "pony": ["farm", "meadow"],
    "lamb": ["farm", "hills", "meadow"],
    "beaver": ["river", "lake"],
    "deer": ["forest", "meadow"],
    "otter": ["river", "lake"],
    "penguin": ["beach", "bay"],
    "dragon": ["mountains", "hills"],
    "robot": ["village", "town"],
    "elephant": ["jungle", "river"],
    "lion": ["jungle", "hills"],
    "tiger": ["jungle", "mountains"],
    "monkey": ["jungle", "forest"],
    "giraffe": ["jungle", "park"],
    "zebra": ["park", "hills"],
    "parrot": ["jungle", "town"],
    "wolf": ["forest", "mountains"],
    "cow": ["farm", "meadow"],
    "horse": ["farm", "meadow"],
    "pig": ["farm", "village"],
    "sheep": ["farm", "hills"],
    "donkey": ["farm", "village"],
    "chicken": ["farm", "garden"],
    "goose": ["pond", "farm"],
    "swan": ["lake", "pond"],
    "kitten": ["village", "garden", "barn"],
    "puppy": ["farm", "village", "park"],
    "hamster": ["town", "village"],
    "bat": ["barn", "mountains"],
    "crow": ["farm", "hills"],
    "sparrow": ["garden", "park"],
    "eagle": ["mountains", "hills"],
    "seagull": ["beach", "bay"],
    "crab": ["beach", "bay"],
    "seal": ["beach", "bay"],
    "dolphin": ["bay", "beach"],
    "whale": ["bay", "beach"],
    "fish": ["lake", "river", "pond"],
    "snail": ["garden", "meadow"],
    "bee": ["garden", "meadow"],
    "butterfly": ["garden", "meadow"],
    "ladybug": ["garden", "meadow"],
    "ant": ["garden", "forest"],
    "spider": ["barn", "garden"],
    "grasshopper": ["meadow", "hills"],
    "koala": ["forest", "park"],
    "panda": ["forest", "mountains"],
    "kangaroo": ["hills", "park"],
    "camel": ["hills", "village"],
    "dinosaur": ["jungle", "mountains"],
    "unicorn": ["meadow", "forest"],
    "giant": ["mountains", "hills"],
    "fairy": ["garden", "forest"],
    "elf": ["forest", "mountains"],
    "dwarf": ["mountains", "forest"],
    "witch": ["forest", "village"],
    "wizard": ["mountains", "town"],
    "knight": ["hills", "town"],
    "princess": ["town", "garden"],
    "prince": ["town", "forest"],
    "pirate": ["bay", "beach"],
    "sailor": ["bay", "beach"],
    "farmer": ["farm", "village"],
    "baker": ["village", "town"],
    "astronaut": ["town", "hills"],
    "snowman": ["garden", "park"],
}
WORKERS = """actor artist barber beekeeper blacksmith butcher captain carpenter chef clown cobbler cook cowboy dancer detective diver doctor driver emperor
explorer fisherman gardener glassblower goldsmith guard hairdresser hermit hunter inventor janitor jeweler judge juggler king lighthouse-keeper librarian
lumberjack magician mailman mayor merchant miller miner minstrel monk musician ninja nurse painter pilot plumber poet policeman potter professor
queen ranger sailor scientist sculptor shepherd shoemaker singer skater smith soldier spy student swimmer tailor teacher thief trader trumpeter waiter watchmaker weaver
woodcutter writer""".split()
CREATURES = """alligator alpaca antelope armadillo baboon badger bison boar buffalo bull calf caterpillar centipede cheetah chick chipmunk clam cockatoo condor
cricket crocodile cuckoo dove dragonfly eel falcon ferret firefly flamingo flea foal gecko ghost gnome goblin goldfish gorilla heron hippo hornet hyena
iguana jackal jaguar jellyfish kid leopard lizard llama lobster lynx mammoth meerkat mermaid mole moose mosquito moth mule newt nightingale octopus
ogre ostrich ox oyster pelican pheasant pigeon poodle porcupine puffin raccoon rat raven reindeer rhino salmon scarecrow scorpion shark shrimp skunk
sloth snake starling stork swallow toad toucan troll trout tuna turkey vampire vulture walrus wasp weasel werewolf wolverine woodpecker worm yak zombie""".split()
ANIMALS |= {kind: ["village", "town", "hills", "lake"] for kind in WORKERS} | {kind: ["forest", "hills", "park", "river", "mountains"] for kind in CREATURES}
USUAL = [kind for kind in ANIMALS if kind not in WORKERS and kind not in CREATURES]


def any_kind(random):
    """Mostly one that stories are about, at times one of many others, so that what was asked for is read and not guessed."""
    return random.choice(USUAL if random.random() < 0.6 else list(ANIMALS))


HUMANS = {
    "king": False, "queen": True, "mermaid": True,
    "witch": True, "wizard": False, "knight": False, "princess": True, "prince": False, "fairy": True,
}
PLACES = "forest hills meadow garden mountains barn pond river lake park beach village farm bay town jungle".split()
CHILD_PLACES = "village town farm park beach lake garden forest hills".split()
PREPOSITION = {
    "hills": "in", "forest": "in", "meadow": "in", "garden": "in", "mountains": "in", "barn": "in", "pond": "by", "river": "by",
    "lake": "by", "park": "in", "beach": "on", "village": "in", "farm": "on", "bay": "by", "town": "in", "jungle": "in",
}
SIZES = "little small young tiny".split()
NATURES = {
    "brave": "was not afraid to try new things",
    "kind": "liked to help others",
    "curious": "asked questions all day long",
    "shy": "did not talk much",
    "clever": "always had a good idea",
    "cheerful": "sang all day long",
    "gentle": "never hurt anyone",
    "quiet": "liked to listen",
    "funny": "made everybody laugh",
    "lazy": "liked to sleep until noon",
    "proud": "thought that nobody was better",
    "careful": "looked twice before every step",
}
COLORS = "red blue green yellow white black golden silver orange purple pink brown".split()
THINGS = "ball kite hat scarf key bell boat drum book lantern basket cup ring feather bag blanket button whistle umbrella spoon".split()
FOODS = ["apples", "berries", "nuts", "cookies", "bread and cheese", "carrots", "pears", "honey cakes", "pancakes", "cherries", "plums", "soup"]
SPOTS = [
    "under the old bridge", "behind the big stone", "under the bed", "behind the door", "in the tall grass", "near the well", "under a bush",
    "on top of the wall", "in an empty box", "at the edge of the water", "in a hollow tree", "next to the fence", "under a pile of leaves",
    "behind the shed", "on the steps of the mill",
]
WEATHER = ["sunny", "warm", "windy", "cold", "bright", "rainy", "misty", "quiet", "cloudy"]
SEASONS = ["spring", "summer", "autumn", "winter"]


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def capital(text):
    return text[0].upper() + text[1:]


@dataclass
class Person:
    name: str
    kind: str
    she: bool
    size: str = ""

    @property
    def he(self):
        return "she" if self.she else "he"

    @property
    def him(self):
        return "her" if self.she else "him"

    @property
    def his(self):
        return "her" if self.she else "his"

    @property
    def described(self):
        return article(f"{self.size} {self.kind}".strip())


@dataclass
class Story:
    random: Random
    hero: Person
    friend: Person
    place: str
    thing: str
    color: str
    food: str
    theme: str = ""
    lines: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)

    def tell(self, *choices):
        """Appends one of several sentences, with the names of the cast filled in."""
        self.lines.append(self.fill(self.random.choice(choices)))

    def maybe(self, probability, *choices):
        if self.random.random() < probability:
            self.tell(*choices)

    def paragraph(self):
        if self.lines and self.lines[-1] != "\n\n":
            self.lines.append("\n\n")

    def fill(self, sentence):
        hero, friend = self.hero, self.friend
        text = sentence.format(
            N=hero.name, he=hero.he, him=hero.him, his=hero.his, kind=hero.kind, He=capital(hero.he), His=capital(hero.his),
            F=friend.name, fhe=friend.he, fhim=friend.him, fhis=friend.his, fkind=friend.kind, Fhe=capital(friend.he),
            hdesc=hero.described, fdesc=friend.described, place=f"{PREPOSITION[self.place]} the {self.place}", Place=self.place,
            to=f"to the {self.place}", thing=self.thing, cthing=f"{self.color} {self.thing}", acthing=article(f"{self.color} {self.thing}"),
            food=self.food, mother=self.facts["elder"], weather=self.random.choice(WEATHER), season=self.random.choice(SEASONS),
            **{key: value for key, value in self.facts.items() if key != "elder"},
        )
        return capital(text)

    def uncapitalized(self, phrase):
        """A part of a sentence, filled in once for the whole story."""
        filled = self.fill(phrase)
        return filled[0].lower() + filled[1:]

    def text(self):
        out = ""
        for line in self.lines:
            out += line if line == "\n\n" or not out or out.endswith("\n") else " " + line
        return out


def child(random):
    she = random.random() < 0.5
    return Person(random.choice(GIRLS if she else BOYS), "girl" if she else "boy", she, random.choice(["", "", *SIZES]))


def animal(random, kind=None):
    kind = kind or any_kind(random)
    she = HUMANS.get(kind, random.random() < 0.5)
    return Person(random.choice(SHE_ANIMALS if she else HE_ANIMALS), kind, she, random.choice(SIZES))


def opening(story):
    adjective = story.random.choice(list(NATURES))
    story.facts["adjective"], story.facts["nature"] = adjective, NATURES[adjective]
    story.tell(
        "Once upon a time, there was {hdesc} named {N}.",
        "Once upon a time, {hdesc} named {N} lived {place}.",
        "There once was {hdesc} called {N}.",
        "One {weather} day, {hdesc} named {N} woke up very early.",
        "Long ago, {place}, there lived {hdesc} named {N}.",
    )
    if " lived " not in story.lines[-1]:
        story.tell("{He} lived {place}.", "{N} lived {place} with {his} {mother}.", "{His} home was a small house {place}.")
    story.maybe(0.5, "{N} was very {adjective} and {nature}.", "Everybody said that {N} was {adjective}.", "{N} was {adjective}, and {he} {nature}.")


# Plots.


def lost(story):
    spots = story.random.sample(SPOTS, 3)
    story.facts.update(first=spots[0], second=spots[1], found=spots[2])
    story.tell("{N} had {acthing} that {he} loved very much.", "More than anything else, {N} loved {his} {cthing}.", "{His} {mother} had given {him} {acthing}.")
    story.tell("{He} took the {thing} everywhere.", "Every day {he} carried it with {him}.", "{He} played with it from morning until night.")
    story.paragraph()
    story.tell("One {weather} morning, the {thing} was gone.", "But one day, {N} could not find the {thing}.", "Then, one {weather} day, {he} lost it.")
    story.tell("{N} was so sad that {he} began to cry.", '"Oh no!" said {N}. "Where is my {thing}?"', '"My {thing}! I must find it," said {N}.')
    story.tell("{He} looked {first}, but it was not there.", "First {he} looked {first}. There was nothing.")
    story.tell("{He} looked {second}, but it was not there either.", "Then {he} looked {second}, but found only an old shoe.", "Then {he} searched {second}. No {thing} there.")
    story.paragraph()
    story.tell("Just then, {fdesc} named {F} came by.", "On the way home {he} met {fdesc} called {F}.", "{fdesc} named {F} heard {him} and came closer.")
    story.tell('"Why are you sad?" asked {F}.', '"What are you looking for?" asked {F}.', '"Can I help you?" asked {F}.')
    story.tell('"I have lost my {cthing}," said {N}.', '"My {cthing} is gone," said {N}.')
    story.tell('"I think I saw it {found}," said {F}.', '"Come with me! There is something {color} {found}," said {F}.'.replace("{color}", story.color))
    story.tell("They ran there together, and there it was!", "They went to look, and there was the {thing}!", "They hurried, and sure enough, the {thing} was there.")
    story.paragraph()
    story.tell('"Thank you, {F}!" said {N}.', "{N} was so happy that {he} hugged {F}.", '"You are a true friend," said {N}.')
    story.tell(
        "From that day on, {N} and {F} played with the {thing} together.", "{N} let {F} play with the {thing} all afternoon.",
        "And after that, {N} always put the {thing} in a safe place.", "{N} learned that a friend is the best thing one can find.",
    )


FEARS = {
    "the dark": ("walk through the dark tunnel", "the dark is full of stars"),
    "deep water": ("swim across the pond", "the water carries you when you are calm"),
    "thunder": ("stay calm in the storm", "thunder is only a loud noise"),
    "high places": ("climb the tall tree", "the view from the top is wonderful"),
    "big dogs": ("say hello to the big dog", "a big dog can be very gentle"),
    "strangers": ("talk to the new neighbor", "every friend was a stranger once"),
    "snow": ("go down the snowy hill", "snow is soft and bright"),
    "loud noises": ("go to the town fair", "a drum is more fun when you beat it yourself"),
}


def brave(story):
    fear = story.random.choice(list(FEARS))
    story.facts.update(fear=fear, deed=FEARS[fear][0], truth=FEARS[fear][1])
    story.tell("But {N} had a secret: {he} was afraid of {fear}.", "There was only one problem. {N} was afraid of {fear}.", "{N} was not afraid of much, but {he} was afraid of {fear}.")
    story.tell("When the others played, {he} stayed at home.", "{He} never told anybody about it.", "It made {him} feel very small.")
    story.paragraph()
    story.tell("One {weather} day, {his} friend {F} had an idea.", "One day, {his} friend {F} came to visit.", "{N} had a good friend, {fdesc} named {F}.")
    story.tell('"Today we will {deed}," said {F}.', '"Let us {deed} together," said {F}.', '"Will you {deed} with me?" asked {F}.')
    story.tell('"I cannot do it," said {N}. "I am afraid."', "{N} shook {his} head. \"I am too scared,\" {he} said.", '"No, no, no!" said {N} and hid behind a chair.')
    story.tell('"I was afraid too," said {F}. "Take my hand, and we will go slowly."', '"Being brave does not mean that you are not afraid," said {F}.', '"I will stay next to you all the time," said {F}.')
    story.paragraph()
    story.tell("{N} took a deep breath.", "{N} closed {his} eyes and counted to three.", "{N} thought about it for a long time. Then {he} stood up.")
    story.tell("{He} took one small step, and then another.", "At first {his} legs were shaking, but {he} did not stop.", "The first time {he} ran away, but then {he} tried again.")
    story.tell("And then {he} did it!", "Before {he} knew it, it was done.", "Step by step, {he} did it.")
    story.tell('"You see," said {F}, "{truth}."', '"Now I know that {truth}," said {N}.')
    story.maybe(0.5, "They laughed and did it again.", "{N} felt as tall as a tree.")
    story.tell("From then on, {N} was not afraid of {fear} anymore.", "That night, {N} fell asleep with a smile.", "{N} told everybody at home, and they were very proud of {him}.")


def sharing(story):
    story.tell("One {weather} day, {N} had a basket full of {food}.", "{His} {mother} gave {him} a big plate of {food}.", "In the {season}, {N} found a lot of {food}.")
    story.tell('"All of this is mine," said {N}.', "{He} was very hungry and wanted to eat everything.", "{He} sat down under a tree to eat.")
    story.paragraph()
    story.tell("Then {fdesc} named {F} came along.", "After a while, {his} friend {F} came by.", "{fdesc} named {F} was passing by.")
    story.tell('"I have not eaten all day," said {F}. "May I have some {food}?"', '"That looks good," said {F}. "Will you share with me?"')
    story.tell('"No," said {N}. "There is not enough for two."', "{N} held the food close and said no.", '"Find your own," said {N}.')
    story.tell("{F} walked away with {fhis} head down.", "{F} said nothing and left.", "{F} sat down far away and looked very sad.")
    story.paragraph()
    story.tell("{N} began to eat, but it did not taste good.", "{N} ate alone, and it was not nice at all.", "Now {N} had all of it, but {he} was not happy.")
    story.tell("{He} thought of {F}, who was hungry.", "{He} saw how sad {F} was.", "\"I would be sad too,\" {he} thought.")
    story.tell('{He} ran after {F}. "Wait! Please come back and eat with me."', '"{F}, I am sorry," {he} called. "Half of it is for you."')
    story.tell("They sat in the sun and ate together.", "So they shared all of it and talked until evening.", "They ate and laughed until the sun went down.")
    story.tell("It was the best meal that {N} had ever had.", "And it tasted much better than before.", "\"It tastes better with a friend,\" said {N}.")
    story.maybe(0.5, "The next day, {F} came back with a gift for {N}.", "After that, they shared everything.")


RESCUES = {
    "was stuck in the mud": ("a long rope", "pulled"),
    "had fallen into a deep hole": ("a ladder", "helped"),
    "was caught in a thorn bush": ("a pair of scissors", "cut"),
    "had a thorn in one foot": ("warm water and a cloth", "cared"),
    "sat on a branch and could not come down": ("a ladder", "helped"),
    "was lost and cold": ("a warm blanket", "cared"),
    "could not swim back to the shore": ("a small boat", "helped"),
}
REPAYMENTS = [
    ("lost the way home in the fog", "knew the way and led {him} home"),
    ("fell into the cold river", "jumped in and pulled {him} out"),
    ("could not carry the heavy wood alone", "came with all of {fhis} family and carried it"),
    ("was sick and could not get up", "brought soup and flowers every day"),
    ("could not find anything to eat in the winter", "brought a sack full of nuts and apples"),
]


def helping(story):
    trouble = story.random.choice(list(RESCUES))
    tool, way = RESCUES[trouble]
    later, payment = story.random.choice(REPAYMENTS)
    story.facts.update(trouble=trouble, tool=tool)
    story.tell("One {weather} morning, {N} went for a walk.", "One day, {N} went out to look for {food}.", "One {season} day, {N} was on the way home.")
    story.tell("Suddenly {he} heard a small voice. \"Help! Help!\"", "Then {he} heard somebody crying.", "\"Please help me!\" somebody called.")
    story.tell("It was {fdesc} who {trouble}.", "There was {fdesc}. The poor {fkind} {trouble}.")
    story.paragraph()
    story.tell('"Do not worry," said {N}. "I will help you."', '"Stay calm, I will be back soon," said {N}.')
    story.tell("{He} ran home as fast as {he} could and came back with {tool}.", "{He} thought for a moment, and then {he} got {tool}.")
    endings = {
        "pulled": ["{He} pulled and pulled, and at last the {fkind} was free.", "Together they pulled until the {fkind} was free."],
        "helped": ["Slowly and carefully, the {fkind} came back to safe ground.", "It took a long time, but in the end the {fkind} was safe."],
        "cut": ["{He} cut one branch after the other, until the {fkind} was free."],
        "cared": ["{He} took good care of the {fkind}, and soon everything was better.", "After a while the {fkind} could smile again."],
    }
    story.tell(*endings[way])
    story.tell('"Thank you," said the {fkind}. "My name is {F}. I will never forget this."', '"I am {F}," said the {fkind}. "One day I will help you too."')
    story.maybe(0.4, "{N} smiled and thought, \"How can such {fdesc} help me?\"")
    story.paragraph()
    story.tell("Some weeks later, {N} " + later + ".", "Then winter came. One day {N} " + later + ".")
    story.tell("{F} heard about it and came at once.", "Who came to help? It was {F}!")
    story.tell("{Fhe} " + payment + ".")
    story.tell("Since then, {N} and {F} have been the best of friends.", '"Now you have helped me," said {N}, and they both laughed.', "A kind deed is never lost.")


MAKINGS = {
    "bake a cake": ("the cake was as black as coal", "read the recipe", "a cake with {food} on top"),
    "build a boat": ("the boat sank at once", "close the holes with wax", "a boat that could sail across the lake"),
    "paint a picture": ("all the colors ran together", "wait until the paint is dry", "a picture of the whole family"),
    "build a house of wood": ("the roof fell down", "start with strong walls", "a house with a door and two windows"),
    "make a kite": ("the kite did not fly", "make it lighter", "a kite that flew above the clouds"),
    "plant a garden": ("nothing came out of the ground", "give the seeds water every day", "a garden full of flowers"),
    "play the flute": ("it sounded like an angry goose", "play slowly and listen", "a song that made everybody dance"),
    "sew a coat": ("one arm was longer than the other", "measure twice and cut once", "a warm coat for the winter"),
    "make a snowman": ("the head rolled down the hill", "make the bottom bigger", "a snowman with a hat and a long nose"),
    "write a letter": ("there was more ink on the table than on the paper", "write one word after the other", "a letter for grandmother"),
}


def making(story):
    work = story.random.choice(list(MAKINGS))
    failure, advice, result = MAKINGS[work]
    story.facts.update(work=work, failure=failure, advice=advice, result=result.format(food=story.food))
    story.tell("One day, {N} wanted to {work}.", "{N} had a dream: {he} wanted to {work}.", '"Today I will {work}," said {N}.')
    story.tell("{He} had never done it before.", "\"It cannot be so hard,\" {he} thought.", "{He} got up early and began at once.")
    story.tell("But it went wrong: {failure}.", "{He} worked all morning, but {failure}.")
    story.tell('"I will never learn it," said {N}.', "{N} was angry and wanted to give up.", "{N} sat down on the floor and was sad.")
    story.paragraph()
    story.tell("{His} friend {F} looked through the window.", "Then {fdesc} named {F} came by.", "Just then, {his} {mother} came in with {F}, {his} best friend.")
    story.tell('"Do not give up," said {F}. "You have to {advice}."', '"I know what to do," said {F}. "First, {advice}."', '"Nobody can do it the first time," said {F}. "Try to {advice}."')
    story.tell("So {N} tried again, and {F} helped {him}.", "They worked side by side the whole afternoon.", "{N} listened and started from the beginning.")
    story.paragraph()
    story.tell("In the evening, they had {result}.", "And this time it worked! It was {result}.", "When the sun went down, there it was: {result}.")
    story.tell("Everybody came to see it.", "{N} was very proud.", '"Look what we made!" called {N}.')
    story.tell("{N} learned that good things take time.", '"Two can do more than one," said {F}.', "And the next day they began to make another one, for {F}.")


def storm(story):
    shelter = story.random.choice(["a cave", "an old mill", "a hollow tree", "a small hut", "an empty barn"])
    story.facts.update(shelter=shelter)
    story.tell("One {season} day, {N} went out to pick {food}.", "One afternoon, {N} walked far away from home.", "One day, {N} followed a {color} butterfly and did not look at the way.".replace("a {color}", article(story.color)))
    story.tell("Suddenly the sky turned dark.", "Black clouds came over the hills.", "Then the wind began to blow.")
    story.tell("It began to rain, and {N} was wet from head to toe.", "Rain fell, and thunder rolled.", "Soon it was raining so hard that {N} could not see the way.")
    story.tell("{He} ran and ran until {he} found {shelter}.", "At last {he} saw {shelter} and went in.")
    story.paragraph()
    story.tell("Inside it was dark, and two eyes looked at {him}.", "But somebody was already there.", "In the corner something moved.")
    story.tell('"Who is there?" asked {N}.', '"Please do not hurt me," said {N}.')
    story.tell('"I am {F}," said a soft voice. It was {fdesc}.', '"Do not be afraid," said {fdesc}. "My name is {F}."')
    story.tell('"I am afraid of the storm too," said {F}.', '"You can stay here until the rain is over," said {F}.', '"Come in and sit with me. It is warm here."')
    story.paragraph()
    story.tell("They sat close together and told each other stories.", "{F} shared some {food} with {N}, and they sang songs.", "They counted the time between lightning and thunder.")
    story.tell("When the storm was over, there was a rainbow in the sky.", "In the end the rain stopped, and the sun came out.", "In the morning, the sky was blue again.")
    story.tell("{F} showed {N} the way home.", "They walked home together through the wet grass.")
    story.tell("And so a bad day became a good day, because {N} had found a friend.", "Every time it rains, {N} thinks of that day and smiles.", "Since that day, they have met every week.")


FINDS = {
    "a small door in an old tree": ("the way to a room full of tiny books", "the home of an old owl who read to everyone"),
    "a map with a red cross": ("the way to a box full of shining stones", "a map of the best place to watch the stars"),
    "a big blue egg": ("the egg of a bird that could say hello", "the egg of a tiny dragon that could only blow smoke"),
    "a strange seed": ("the seed of a flower as tall as a house", "the seed of a tree with a different fruit on every branch"),
    "a rusty key": ("the key to a garden that nobody had seen for years", "the key to a music box that still played"),
    "a bottle with a letter": ("a greeting from a far island", "an invitation to a party at the lake"),
    "a golden bell": ("a bell that made the flowers open", "a bell that called all the birds"),
}


def discovery(story):
    find = story.random.choice(list(FINDS))
    story.facts.update(find=find, surprise=story.random.choice(FINDS[find]))
    story.tell("One {weather} morning, {N} found {find}.", "While {he} was playing {place}, {N} found {find}.", "One day, {N} saw something strange. It was {find}.")
    story.tell("{He} had never seen anything like it.", '"What can this be?" {he} wondered.', "{His} heart beat fast.")
    story.tell("{He} ran to {his} friend {F}, {fdesc}, and told {fhim} about it.", "{N} called {F}, {his} best friend.", "At that moment {F}, {fdesc}, came along.")
    story.paragraph()
    story.tell('"Let us find out what it is," said {F}.', '"We have to be careful," said {F}, but {fhe} was curious too.', '"Maybe it is magic!" said {F}.')
    story.tell("They waited and watched the whole day.", "They tried for a long time.", "It was not easy, but they did not give up.")
    story.tell("And in the end they knew: it was {surprise}.", "And what was it? It was {surprise}!", "They could not believe it: {surprise}!")
    story.paragraph()
    story.tell('"This is wonderful," said {N}.', "{N} and {F} danced with joy.", '"Nobody will believe us," said {F}.')
    story.tell("They told everyone {place}, and all came to see it.", "They decided to keep it a secret between the two of them.", "They came back every day after that.")
    story.tell("And {N} learned to keep {his} eyes open, because there is always something to find.", "It was the beginning of many adventures.", "Sometimes the best things are very close to home.")


def race(story):
    story.facts.update(prize=story.random.choice(["a big cake", "a silver cup", "a basket of " + story.food, "a " + story.random.choice(["red", "blue", "green"]) + " ribbon"]))
    story.tell("Every {season}, there was a big race {place}.", "One day there was a race {place}. The prize was {prize}.")
    story.tell("{N} wanted to win more than anything.", "{N} was slow, but {he} wanted to take part.", "Nobody thought that {N} could win.")
    story.tell("{F}, {fdesc}, was the fastest of all.", "The fastest runner was {F}, {fdesc}.")
    story.tell('"You will never beat me," said {F}.', '"I will win, as always," said {F} and laughed.')
    story.tell("So {N} ran up and down the hill every day to practice.", "{N} practiced every morning, in sun and rain.")
    story.paragraph()
    story.tell("Then the day of the race came.", "At last the big day was there.")
    story.tell('"Ready, set, go!" called the old {elderkind}.', "Everybody began to run.")
    story.tell("{F} was far ahead, but then {fhe} tripped over a root.", "Near the end, {F} fell and hurt {fhis} leg.")
    if story.random.random() < 0.5:
        story.tell("{N} could have won now, but {he} stopped.", "{N} saw it and stopped running.")
        story.tell('"Lean on me," said {N}, and they walked over the line together.', "{He} helped {F} up, and side by side they came to the end.")
        story.tell("They were the last, but everybody cheered.", "They did not win, but everybody clapped.")
        story.tell('"You are the real winner," said {F}.', "{F} gave {N} a hug. \"I was wrong about you,\" {fhe} said.")
    else:
        story.tell("{N} did not look left or right. {He} ran and ran.", "{N} kept going, one step after the other.")
        story.tell("And {he} was the first to cross the line!", "To everyone's surprise, {N} won the race!")
        story.tell("{N} got {prize} and shared it with {F}.", "\"How did you do it?\" asked {F}. \"I practiced,\" said {N}.")
        story.tell('"Next year we will practice together," said {F}.', "Everybody cheered, and even {F} smiled.")


BREAKABLES = ["vase", "cup", "lamp", "plate", "clock", "flower pot", "mirror", "teapot"]


def truth(story):
    story.facts.update(broken=story.random.choice(BREAKABLES))
    story.tell("One {weather} day, {N} was playing with {his} {cthing} inside the house.", "It was raining, so {N} played inside with {his} {cthing}.")
    story.tell("Crash! The {broken} of {his} {mother} fell down and broke.", "Then there was a loud noise. The {broken} was broken!")
    story.tell("{N} was scared and hid the pieces.", "{N} quickly put the pieces in a box.", '"Nobody must know," thought {N}.')
    story.paragraph()
    story.tell("In the evening, {his} {mother} asked, \"Where is the {broken}?\"", "\"Have you seen the {broken}?\" asked {his} {mother} at dinner.")
    story.tell('"I do not know," said {N}. "Maybe it was the wind."', '"It must have been {F}," said {N}.', "{N} looked at the floor and said nothing.")
    story.tell("But that night {he} could not sleep.", "{N} had a bad feeling in {his} belly.", "The lie felt as heavy as a stone.")
    story.tell("{He} told {his} friend {F} about it.", "{F}, {his} best friend, saw that something was wrong.")
    story.tell('"You should tell the truth," said {F}. "I will go with you."', '"The truth is easier to carry," said {F}.')
    story.paragraph()
    story.tell("So {N} went to {his} {mother} and said, \"I broke the {broken}. I am sorry.\"", "\"It was me,\" said {N}. \"I broke the {broken}, and I am sorry.\"")
    story.tell("{His} {mother} was quiet for a moment, and then gave {him} a hug.", "{His} {mother} was not angry at all.")
    story.tell('"Thank you for telling me. That was brave."', '"Everybody breaks something once. But it is good that you told me."')
    story.tell("Together they glued the {broken}, and {N} felt as light as a feather.", "After that, {N} always told the truth.", "They fixed it together, and that night {N} slept well.")


def newcomer(story):
    game = story.random.choice(["hide and seek", "ball", "tag", "chess", "cards", "pirates"])
    story.facts.update(game=game)
    story.tell("One day, a new family moved {to}. They had {fdesc} named {F}.", "In the {season}, {fdesc} named {F} came {to}. {Fhe} did not know anyone.")
    story.tell("{F} was shy and sat alone every day.", "{F} looked at the others from far away.", "Nobody talked to {F}, and {fhe} was lonely.")
    story.tell("{N} saw this and felt sorry for {fhim}.", "{N} watched {fhim} for some days.", "{N} remembered how it feels to be alone.")
    story.paragraph()
    story.tell('{N} went over and said, "Hello! Do you want to play {game} with us?"', '"Hi, I am {N}. Do you like {game}?" {he} asked.')
    story.tell('"I do not know how," said {F}.', "{F} looked at {fhis} feet and nodded.", '"Really? With me?" asked {F}.')
    story.tell('"I will show you," said {N}. "It is easy."', '"Of course! It is more fun with you," said {N}.')
    story.tell("They played until it was dark.", "At first {F} made many mistakes, but soon {fhe} was very good.", "Soon {F} laughed louder than all the others.")
    story.paragraph()
    story.tell("In the evening, {F} gave {N} {acthing}.", "The next day, {F} brought {food} for everyone.", "{F} invited {N} home and showed {him} {acthing}.")
    story.tell('"This is the best day since I came here," said {F}.', '"I am so glad that you asked me," said {F}.')
    story.tell("A small hello can make a big difference.", "From then on, nobody {place} was ever alone.", "And so {N} and {F} became friends.")


def bedtime(story):
    reason = story.random.choice(["the moon was too bright", "the wind was too loud", "there was a noise at the window", "tomorrow was a big day", "it was too quiet"])
    story.facts.update(reason=reason)
    story.tell("It was late, and the stars were shining, but {N} could not sleep.", "One night, {N} lay in bed with open eyes.")
    story.tell("\"I cannot sleep,\" said {N}, because {reason}.", "{He} could not sleep because {reason}.")
    story.tell("{He} turned left, and {he} turned right.", "{He} counted one sheep, two sheep, three sheep, but it did not help.")
    story.paragraph()
    story.tell("So {he} got up and went to {his} friend {F}.", "Then {F}, {fdesc}, came to the window.")
    story.tell('"I cannot sleep either," said {F}.', '"Let us look at the stars," said {F}.', '"I know what helps," said {F}. "Think of something nice."')
    story.tell("They sat side by side and looked at the sky.", "They drank warm milk and talked in soft voices.", "{F} told a story about a boat that sailed to the moon.")
    story.tell("They saw a falling star, and {N} made a wish.", "The night was warm and smelled of flowers.", "Far away, an owl was singing.")
    story.paragraph()
    story.tell("Slowly, {his} eyes became heavy.", "{N} yawned once, and then once more.")
    story.tell('"Good night, {F}," said {N}.', '"Good night, {N}," said {F} and tucked {him} in.')
    story.tell("And before the moon had crossed the window, {N} was asleep.", "And then {he} slept until the sun came up.", "Soon everything {place} was quiet, and everybody slept.")


def planting(story):
    plant = story.random.choice(["sunflower", "apple tree", "pumpkin", "rose", "bean", "cherry tree", "strawberry"])
    story.facts.update(plant=plant, aplant=article(plant))
    story.tell("One {season} day, {N} found a tiny seed.", "For {his} birthday, {N} got a seed in a small bag.", "{His} {mother} gave {N} a seed and said, \"Wait and see.\"")
    story.tell("{He} put it in the ground and gave it water.", "{N} planted it behind the house.", "{He} made a small hole, and in it went the seed.")
    story.tell("The next morning {he} looked, but there was nothing.", "{N} waited one day, two days, three days. Nothing happened.", "Every hour {he} ran out to look. The ground was bare.")
    story.tell('"It does not like me," said {N}.', "{N} wanted to dig it up again.", '"This seed is broken," said {N} sadly.')
    story.paragraph()
    story.tell("{F}, {fdesc}, lived next door.", "Then {fdesc} named {F} came along.", "{N} asked {his} friend {F} what to do.")
    story.tell('"Seeds are slow," said {F}. "Give it water and time."', '"You cannot hurry a seed," said {F}. "Sing to it instead."', '"Be patient," said {F}. "It is busy under the ground."')
    story.tell("So {N} gave it water every morning, and {F} sang a song.", "From then on they looked after it together.", "They put a little fence around it and waited.")
    story.paragraph()
    story.tell("One {weather} morning, there was a green leaf.", "Then, after a week of rain, something green came out.", "And one day, {N} saw a tiny green point.")
    story.tell("It grew and grew, until it was taller than {N}.", "By the end of summer, it was {aplant}.", "It became the most beautiful {plant} {place}.")
    story.tell('"It is {aplant}!" called {N}.', '"Look, {F}! It is {aplant}!"', "Everyone came to see the {plant}.")
    story.tell("{N} gave the first seed of it to {F}.", "And {N} learned that some things need time.", '"Next year we will plant ten," said {N}, and {F} laughed.')


def flying(story):
    dream = story.random.choice(["fly", "see the sea", "touch the moon", "sail around the world", "climb the highest mountain", "sing in front of everyone", "dance on the ice"])
    help_, way = story.random.choice([("an old book", "page by page"), ("a wise old owl", "word by word"), ("a map made of leather", "step by step"), ("a long letter from far away", "line by line")])
    story.facts.update(dream=dream, aid=help_, way=way)
    story.tell("{N} had one big dream: {he} wanted to {dream}.", "Every night {N} dreamed the same dream. {He} wanted to {dream}.", 'When somebody asked, {N} said, "One day I will {dream}."')
    story.tell('"That is not possible," said the others.', "Everybody laughed about it.", '"You are much too small for that," they told {him}.')
    story.tell("That made {N} sad, but {he} did not forget {his} dream.", "{N} said nothing and went home.", "Only {his} {mother} did not laugh.")
    story.paragraph()
    story.tell("One {weather} day, {he} met {fdesc} named {F}.", "Then {fdesc} named {F} came {to}.", "{His} new friend {F}, {fdesc}, heard about it.")
    story.tell('"I had a dream like that too," said {F}. "Let us try it together."', '"Who says that it is not possible?" asked {F}.', '"I believe in you," said {F}.')
    story.tell("They asked {aid}, and {way} they learned how to do it.", "For many weeks they practiced, morning and evening.", "They fell down many times, and each time they got up again.")
    story.paragraph()
    story.tell("And on the first day of {season}, it worked.", "Then the great day came.", "One evening, when nobody was looking, {N} tried again.")
    story.tell("{N} did it! {He} could {dream}!", '"I can {dream}!" called {N}.', "It was even better than in the dream.")
    story.tell("Those who had laughed were very quiet now.", "All the others clapped and cheered.", "{F} jumped for joy.")
    story.tell('"Thank you for believing in me," said {N}.', "After that, nobody told {N} what was not possible.", "And what did {N} dream of next? That is another story.")


GIFTS = ["{acthing}", "a cake with {food}", "a song", "a picture of all friends", "a box full of shells", "a crown of flowers"]


def birthday(story):
    story.facts.update(gift=story.uncapitalized(story.random.choice(GIFTS)))
    story.tell("Today was the birthday of {N}.", "It was a very special day: {N} had a birthday.", "{N} woke up and smiled. It was {his} birthday!")
    story.tell("But nobody said a word about it.", "{He} waited for somebody to say something, but nobody did.", "At breakfast, {his} {mother} only said, \"Good morning.\"")
    story.tell('"They have all forgotten me," thought {N}.', "{N} went outside and sat under a tree.", "{He} felt very lonely.")
    story.paragraph()
    story.tell("Then {F}, {fdesc}, came running.", "In the afternoon, {his} friend {F} knocked at the door.", "After a while, {fdesc} named {F} came by.")
    story.tell('"Come with me, quickly!" said {F}. "I need your help."', '"Close your eyes and take my hand," said {F}.', '"You have to see something," said {F}.')
    story.tell("{N} did not want to go, but {F} did not give up.", "They walked and walked.", "{N} followed {fhim} slowly.")
    story.paragraph()
    story.tell('And there, {place}, stood all {his} friends. "Happy birthday, {N}!" they called.', '"Surprise!" called many voices. Everybody was there.')
    story.tell("There were lights, and music, and a lot of {food}.", "They had hung up lamps in all colors.", "They had worked on it the whole night.")
    story.tell("From {F}, {N} got {gift}.", "{F} gave {him} {gift}.")
    story.tell('"I thought that you had forgotten me," said {N}.', "{N} laughed and cried at the same time.", "They danced until the stars came out.")
    story.tell('"Forget you? Never," said {F}.', "It was the best birthday of all.", "That night, {N} was the happiest {kind} in the world.")


def wishing(story):
    wish, trouble = story.random.choice([
        ("to be as big as a house", "could not go through any door"), ("to have all the {food} in the world", "soon could not stand the smell of it"),
        ("that it would never be night", "was so tired and could not sleep"), ("to be invisible", "nobody would play with {him}"),
        ("to have a mountain of gold", "had nobody to share it with"), ("to never have to work", "was bored the whole day"), ("that it would snow every day", "was cold all the time"),
    ])
    helper = story.random.choice(["a golden fish", "an old lamp", "a falling star", "a little green frog", "a magic stone"])
    trouble = trouble if trouble.startswith("nobody") else "{he} " + trouble
    story.facts.update(wish=story.uncapitalized(wish), trouble=story.uncapitalized(trouble), helper=helper)
    story.tell("One {weather} day, {N} found {helper}.", "While {he} was walking {place}, {N} saw {helper}.")
    story.tell('"You have one wish," it said in a soft voice.', '"Wish for something," it said, "but think about it well."')
    story.tell("{N} did not think for long. {He} wished {wish}.", '"That is easy," said {N}, and {he} wished {wish}.')
    story.tell("There was a flash of light, and the wish came true.", "It had hardly been said when it was done.")
    story.paragraph()
    story.tell("At first it was wonderful.", "{N} was very happy, for one day.", "{He} jumped for joy.")
    story.tell("But soon {N} saw that there was a problem: {trouble}.", "But after some days, {trouble}.")
    story.tell("{N} went to {his} friend {F}, {fdesc}, and told {fhim} everything.", "{F}, {fdesc}, saw that {N} was not happy.")
    story.tell('"Maybe you had all that you needed before," said {F}.', '"What do you really want?" asked {F}.', '"Let us go back and ask for help," said {F}.')
    story.paragraph()
    story.tell("So they went back and asked for everything to be as before.", "Together they looked for {helper} until they found it again.")
    story.tell('"Are you sure?" it asked. "Yes," said {N}.', '"I have learned something," said {N}. "Please take the wish back."')
    story.tell("And in a moment, everything was as it had been.", "The light flashed again, and it was over.")
    story.tell("{N} hugged {F} and was happy with what {he} had.", "From that day on, {N} wished only for things that {he} could share.", '"The best thing I have is a friend like you," said {N}.')


def gone_astray(story):
    story.tell("One day, {N} went to the market with {his} {mother}.", "One {weather} day, {N} and {his} {mother} took a long walk.", "There was a big fair, and {N} went there with {his} {mother}.")
    story.tell("There was so much to see that {N} forgot to look where {he} went.", "{N} stopped to watch {acthing} in a window.", "{N} ran after a butterfly, and then after another.")
    story.tell("When {he} looked up, {his} {mother} was gone.", "Suddenly {he} was all alone.", '"Where are you?" called {N}. Nobody answered.')
    story.tell("{N} wanted to cry.", "{His} heart beat fast.", "Everything looked strange and big.")
    story.paragraph()
    story.tell("Then {fdesc} stopped in front of {him}.", "A friendly voice said, \"Are you lost?\" It was {fdesc}.")
    story.tell('"My name is {F}," said the {fkind}. "I will help you."', '"I am {F}. Tell me what you remember," said the {fkind}.')
    story.tell('"There was a fountain, and a shop with {food}," said {N}.', '"We came over a bridge," said {N}.', '"I remember a red roof," said {N}.')
    story.tell('"I know that place," said {F}. "It is not far."', '"Then we will find it," said {F}. "Hold my hand."')
    story.paragraph()
    story.tell("They went left, and right, and left again.", "On the way, {F} sang a funny song, and {N} had to laugh.", "{F} bought {N} some {food}, and they walked on.")
    story.tell("And there stood {his} {mother}, who had looked for {him} everywhere.", "\"{N}!\" called a voice. It was {his} {mother}!")
    story.tell("They hugged for a long time.", '"I will never run away again," said {N}.', '"Thank you, {F}," said {his} {mother}.')
    story.tell("{F} waved and was gone before they could ask {fhim} to stay.", "And {N} learned to stop and wait when {he} is lost.", "They invited {F} to dinner, and everybody was happy.")


def quarrel(story):
    cause = story.random.choice(["who should have the {cthing}", "who was faster", "what to play", "who had the better idea", "who should go first", "the last of the {food}"])
    story.facts.update(cause=story.uncapitalized(cause))
    story.tell("{N} and {F}, {fdesc}, were best friends.", "{N} had a best friend, {fdesc} named {F}.", "Nobody ever saw {N} without {his} friend {F}, {fdesc}.")
    story.tell("But one {weather} day, they had a fight about {cause}.", "Then one morning, they began to argue about {cause}.")
    story.tell('"You are mean!" said {N}.', '"I do not want to see you anymore!" said {F}.', '"It is always you!" called {N}.')
    story.tell("They both went home, and each of them shut the door.", "{F} turned around and left.", "{N} ran home and threw {his} {thing} into a corner.")
    story.paragraph()
    story.tell("The next day was very long.", "{N} tried to play alone, but it was no fun.", "It was quiet, much too quiet.")
    story.tell('"I do not need anybody," said {N}, but it was not true.', "{N} looked out of the window and saw nobody.", '{His} {mother} asked, "Where is {F} today?" {N} did not answer.')
    story.tell('"Somebody has to say sorry first," said {his} {mother}.', "At night, {N} could not even remember how it had started.", "{N} looked at {acthing} that {F} had once given {him}.")
    story.paragraph()
    story.tell("So {N} took some {food} and went to {F}.", "In the morning, {N} ran to the house of {F}.")
    story.tell("On the way {he} met {F}, who was coming to see {him}!", "{F} opened the door before {N} could knock.")
    story.tell('"I am sorry," they both said at the same time.', '"I am sorry," said {N}. "Me too," said {F}.')
    story.tell("They laughed until their bellies hurt.", "And they played until the sun went down.", "They never fought about it again.")
    story.tell("A friend is worth more than being right.", "Sometimes a small word mends a big fight.", '"Best friends?" asked {F}. "Best friends," said {N}.')


PLOTS = {
    "a lost thing": lost, "being brave": brave, "sharing": sharing, "helping others": helping, "making something": making, "a storm": storm,
    "a discovery": discovery, "a race": race, "telling the truth": truth, "a new friend": newcomer, "a sleepless night": bedtime, "a seed": planting, "a big dream": flying, "a birthday": birthday, "a wish": wishing,
    "getting lost": gone_astray, "a fight between friends": quarrel,
}


def tell(random, kind=None, theme=None, name=None):
    """A whole story; `kind` fixes the hero ("fox", "girl"), `name` what it is called, `theme` the plot."""
    if kind in ("girl", "boy") or (kind is None and random.random() < 0.45):
        hero = child(random)
        while kind and hero.kind != kind:
            hero = child(random)
        place = random.choice(CHILD_PLACES)
    else:
        hero = animal(random, kind)
        place = random.choice(ANIMALS[hero.kind])
    if name:
        hero.name, hero.she = name, name in GIRLS or name in SHE_ANIMALS
    friend = child(random) if hero.kind in ("girl", "boy") and random.random() < 0.5 else animal(random)
    while friend.name == hero.name or friend.kind == hero.kind:
        friend = animal(random)
    theme = theme or random.choice(list(PLOTS))
    story = Story(random, hero, friend, place, random.choice(THINGS), random.choice(COLORS), random.choice(FOODS), theme)
    story.facts["elder"] = random.choice(["mother", "father", "grandmother", "grandfather"])
    story.facts["elderkind"] = random.choice(["owl", "bear", "turtle", "teacher", "goat"])
    opening(story)
    PLOTS[theme](story)
    return story
