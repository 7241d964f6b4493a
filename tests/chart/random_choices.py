"""Random choices, as values of a chart and as documents: both are rendered, and the objects compared."""

import json
import os
import random
import secrets

import bases
import choices
import documents
import engine
import objects

ENOUGH = 100  # accepted sets for each profile


def check(report, wrtpod):
    seed = os.environ.get("WRTPOD_TEST_SEED") or secrets.token_hex(4)
    print(f"# WRTPOD_TEST_SEED={seed}")
    for profile in bases.PROFILES:
        source = random.Random(f"{seed} {profile}")
        charts = [(lifted, engine.Engine(folder)) for lifted, folder in bases.charts(wrtpod, profile)]
        accepted = refused = 0
        while accepted < ENOUGH:
            lifted, helm = source.choice(charts)
            fault = compare(wrtpod, source, profile, lifted, helm)
            if fault is None:
                refused += 1
                continue
            accepted += 1
            if fault:
                report.check(f"{profile}: set {accepted} of random choices", False, fault)
        report.check(f"{profile}: {accepted} sets of random choices, {refused} that both refuse", refused < 4 * accepted)


def compare(wrtpod, source, profile, lifted, helm):
    """What is different, or nothing; None where both refuse the choices."""
    values = choices.choose(source, profile)
    if "volumes" in lifted:
        values["volumes"] = choices.choose_volumes(source, lifted["volumes"])
    release, name, override = choose_name(source, helm.chart.name)
    namespace = source.choice(["appliances", "default", "on"])
    path = wrtpod.write(documents.documents(values, profile, name, namespace, lifted))
    wanted, codes = wrtpod.render("-f", path)
    # The chart's own networks go, and its label is the one that the document's name is.
    given = values | override | {"nameOverride": name, "networks": {one: None for one in bases.VALUES["networks"]} | values["networks"]}
    message = helm.refusal(given, release, namespace)
    if wanted is None or message:
        if wanted is None and message:
            return None
        return f"wrtpod says {codes}, Helm says {message!r}\n{json.dumps(given)}"
    found = objects.differences(helm.render(given, release, namespace), wanted)
    return "\n".join(found + [json.dumps(given)]) if found else ""


def choose_name(source, chart):
    """A release's name, the name of all objects that comes of it, and values for it."""
    return source.choice(
        [
            ("box", f"box-{chart}", {}),
            (f"my-{chart}-1", f"my-{chart}-1", {}),
            ("box", "other", {"fullnameOverride": "other"}),
        ]
    )
