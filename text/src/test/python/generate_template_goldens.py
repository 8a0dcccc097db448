"""Writes the golden file of the template tests with the real Jinja, set up as the transformers library sets it up.

Needs Jinja 3.1 (pip install jinja2==3.1.6, or python3-jinja2 of Debian). The tests need only the file:

    python3 generate_template_goldens.py ../resources/dev/lockstep/text/template/goldens.json

Each case has a template, variables, and either the text that was rendered or, where the template raised an exception
with raise_exception, its sentence. Cases where Jinja itself fails are marked so; there the tests only want a failure.
"""

import datetime
import json
import sys

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from families import CONVERSATIONS, FAMILIES
from idioms import IDIOMS, V

NOW = datetime.datetime(2025, 3, 7, 9, 5, 6)


class Raised(Exception):
    pass


class Generation(jinja2.ext.Extension):
    """The tag that marks what the model says; transformers renders its body in a block call."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    def _body(self, caller):
        return caller()


def raise_exception(message):
    raise Raised(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = tojson
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def case(name, template, variables):
    result = {"name": name, "template": template, "variables": variables}
    try:
        result["rendered"] = environment().from_string(template).render(**variables)
    except Raised as raised:
        result["raised"] = str(raised)
    except Exception as failure:  # whatever Python throws: the tests want a failure too
        result["failed"] = f"{type(failure).__name__}: {failure}"
    return result


def main():
    idioms = [case(f"idiom {i}", template, V) for i, template in enumerate(IDIOMS, 1)]
    broken = [entry for entry in idioms if "rendered" not in entry]
    if broken:
        sys.exit("\n".join(f"{entry['template']}: {entry}" for entry in broken))
    for entry in idioms:
        del entry["variables"]
    families = []
    for family, template in FAMILIES.items():
        for name, conversation in CONVERSATIONS.items():
            variables = {"bos_token": "<s>", "eos_token": "</s>", "tools": None, "documents": None, **conversation}
            entry = case(f"{family} / {name}", template, variables)
            entry.update(family=family, conversation=name)
            del entry["template"], entry["variables"]
            families.append(entry)
    goldens = {
        "made_with": f"jinja2 {jinja2.__version__}",
        "now": NOW.isoformat() + "Z",
        "variables": V,
        "idioms": idioms,
        "templates": FAMILIES,
        "conversations": CONVERSATIONS,
        "families": families,
    }
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        json.dump(goldens, out, indent=1, ensure_ascii=True)
        out.write("\n")
    outcomes = [k for f in families for k in ("rendered", "raised", "failed") if k in f]
    print(len(idioms), "idioms,", {k: outcomes.count(k) for k in set(outcomes)})


main()
