"""Random choices, as values that `wrtpod import` makes documents of: these render what the choices' own documents do."""

import json
import os
import random
import secrets

import bases
import choices
import documents
import objects
from random_choices import choose_name

ENOUGH = 50  # sets for each profile that are imported whole


def check(report, wrtpod):
    seed = os.environ.get("WRTPOD_TEST_SEED") or secrets.token_hex(4)
    print(f"# WRTPOD_TEST_SEED={seed}")
    for profile in bases.PROFILES:
        source = random.Random(f"{seed} import {profile}")
        # What a chart has beside its values does not come back.
        [chart] = [folder for lifted, folder in bases.charts(wrtpod, profile) if not lifted]
        whole = partly = 0
        while whole < ENOUGH and partly < 20 * ENOUGH:
            fault = compare(wrtpod, source, profile, chart)
            if fault is None:
                partly += 1
                continue
            whole += 1
            if fault:
                report.check(f"{profile}: set {whole} of imported choices", False, fault)
        report.check(f"{profile}: {whole} sets of choices imported, {partly} refused or not whole", whole == ENOUGH)


def compare(wrtpod, source, profile, chart):
    """What is different, or nothing; None where the documents are refused, or cannot say everything."""
    values = choices.choose(source, profile)
    release, name, override = choose_name(source, chart.name)
    namespace = source.choice(["appliances", "default", "on"])
    wanted, _ = wrtpod.render("-f", wrtpod.write(documents.documents(values, profile, name, namespace, {})))
    if wanted is None:
        return None
    given = values | override | {"networks": {one: None for one in bases.VALUES["networks"]} | values["networks"]}
    imported, said = wrtpod.imported(given, chart, release, namespace)
    if imported is None or "not-imported" in said:
        return None if "not-imported" in said else f"{said}\n{json.dumps(given)}"
    found, codes = wrtpod.render("-f", imported)
    if found is None:
        return f"{codes}\n{json.dumps(given)}"
    # Without a catalog entry the label is the appliance's own name, in both.
    differences = objects.differences(found, wanted)
    return "\n".join(differences + [json.dumps(given)]) if differences else ""
