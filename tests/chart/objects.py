"""Comparison of what two programs make of the same choices."""

import json


def differences(got, wanted):
    """Each place where two lists of objects are not the same, whatever their order."""
    return places(by_identity(got), by_identity(wanted))


def by_identity(objects):
    named = {f"{one['kind']} {one['metadata']['name']}": one for one in objects}
    assert len(named) == len(objects), "an object stands twice"
    return named


def places(got, wanted, path=""):
    """Types count: 1 is not true and not 1.0."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        found = [f"{path}.{key}: too much: {show(got[key])}" for key in got if key not in wanted]
        found += [f"{path}.{key}: missing: {show(wanted[key])}" for key in wanted if key not in got]
        return found + [one for key in wanted if key in got for one in places(got[key], wanted[key], f"{path}.{key}")]
    if isinstance(got, list) and isinstance(wanted, list) and len(got) == len(wanted):
        return [one for index, pair in enumerate(zip(got, wanted)) for one in places(*pair, f"{path}[{index}]")]
    if type(got) is type(wanted) and got == wanted:
        return []
    if isinstance(got, str) and isinstance(wanted, str) and "\n" in wanted:
        return [f"{path}:{number}: {a!r} for {b!r}" for number, a, b in lines(got, wanted)][:3]
    return [f"{path}: {show(got)} for {show(wanted)}"]


def lines(got, wanted):
    got, wanted = got.split("\n"), wanted.split("\n")
    size = max(len(got), len(wanted))
    pairs = zip(got + [None] * (size - len(got)), wanted + [None] * (size - len(wanted)))
    return ((number, a, b) for number, (a, b) in enumerate(pairs, 1) if a != b)


# Keys whose empty map or list says something: all pods, nobody, a folder that is empty.
EMPTY = ("emptyDir", "podSelector", "namespaceSelector", "ingress", "egress")
# Keys whose empty text says something: a variable that is empty, and the API group of Services.
EMPTY_TEXT = ("value", "group")
# Maps whose values are the user's texts, of which an empty one is one.
TEXTS = ("labels", "annotations", "matchLabels", "nodeSelector", "data", "stringData")


def without_value(tree, path="", texts=False):
    """Each key that says nothing: the API server refuses such a one or leaves it out, and then it is nobody's and everybody's."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        place = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip(".")
        if value is None or value in ({}, []) and key not in EMPTY or value == "" and not texts and key not in EMPTY_TEXT:
            yield place
        else:
            yield from without_value(value, place, key in TEXTS)


def nulls(tree, path=""):
    """Each key of values that has none: Helm 4 leaves it out, and what ranges over its map with it."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        place = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip(".")
        if value is None:
            yield place
        else:
            yield from nulls(value, place)


def show(value):
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 200 else text[:200] + "…"
