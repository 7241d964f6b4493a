"""Characters that readers of YAML take for line breaks, or do not take: a text with one stays the text that it is."""

import json

import bases
import documents
import engine
import objects
import values

CHARACTERS = ["\x00", "\x07", "\x1b", "\r", "\x7f", "\x80", "\x85", "\x9b", "\xa0", "\u2028", "\u2029", "\u202e", "\u200b", "\ufeff", "\ufffe", "\uffff"]
# UCI holds no control of ASCII's: such a value is refused.
NONE_OF_UCI = ["\x00", "\x07", "\x1b", "\r", "\x7f"]


def check(report, wrtpod):
    for profile in bases.PROFILES:
        lifted, folder = list(bases.charts(wrtpod, profile))[-1]
        helm = engine.Engine(folder)
        for character in CHARACTERS:
            # In the place of a line break, what follows would be YAML of its own.
            for text in (f"a{character}b: c{character}    d: e", f"one\ntwo{character}three\n", f"{character}a\\u2028{character}"):
                found = compare(wrtpod, helm, profile, lifted, text, folder.name)
                report.check(f"{profile}: {text!r} everywhere", not found, found)


def compare(wrtpod, helm, profile, lifted, text, name):
    given = bases.given(profile, choose(profile, text))
    path = wrtpod.write(documents.documents(values.laid_over(bases.VALUES, given), profile, name, bases.NAMESPACE, lifted))
    wanted, codes = wrtpod.render("-f", path)
    if wanted is None:
        return f"wrtpod says {codes}"
    message = helm.refusal(given, name, bases.NAMESPACE)
    if message:
        return f"Helm says {message}"
    return "\n".join(objects.differences(helm.render(given, name, bases.NAMESPACE), wanted))


def choose(profile, text):
    """Values with the text wherever one is taken."""
    texts = {"example.org/a": text, "example.org/b": "b"}
    chosen = {
        "networks": {
            "lan": {
                "sysctls": {"net.ipv4.a": text, "net.ipv4.conf.all.a": text},
                "chain": [json.dumps({"type": "x", "text": text, text: [text]}, indent=2, ensure_ascii=False)],
            }
        },
        "salt": f"b2f1c4d8{text}",
        "annotations": texts,
        "podAnnotations": {"example.org/c": text},
        "service": {"annotations": texts},
        "ingress": {"enabled": True, "host": "a.example.org", "annotations": texts},
    }
    if profile == "generic":
        return chosen | {"extraEnv": [{"name": "Z", "value": text}, {"name": "Y", "value": "y"}]}
    chosen["firstBoot"] = {"60-x": text}
    if not any(one in text for one in NONE_OF_UCI):
        chosen["uci"] = {"my-app": [{"section": "one", "type": "x", "options": {"a": text, "b": [text, "b"]}}]}
    return chosen
