"""The charts of the catalog, of the example sites and of a document with overlays, with the values that they come with."""

import copy
import pathlib
import re

import bases
import documents
import engine
import objects
import values
import yaml

# What no chart can be made of, and why.
NO_CHARTS = {"primary-macvlan": ["chart-primary"]}


def check(report, wrtpod, flux, root):
    _, out, _ = wrtpod.run("catalog")
    entries = [line.split()[0] for line in out.splitlines()[1:] if "/" not in line.split()[0]]
    for entry in entries:
        [folder], _ = wrtpod.charts(entry)
        compare(report, wrtpod, flux, f"catalog {entry}", folder, entry)
        check_any_place(report, entry, folder)
    report.check("the catalog has appliances", len(entries) > 3)
    for site in sorted(pathlib.Path(root, "examples/sites").glob("*/site.yaml")):
        name = site.parent.name
        folders, faults = wrtpod.charts("--all", "-f", str(site))
        wanted = NO_CHARTS.get(name, [])
        report.check(f"site {name}: charts", faults == wanted and bool(folders) != bool(wanted), faults)
        for folder in folders:
            compare(report, wrtpod, flux, f"site {name}", folder, folder.name, "-f", str(site))
    check_overlays(report, wrtpod, flux)


def check_any_place(report, name, folder):
    """A chart of the catalog stops at what only its user knows, and names it; what its README has to be filled in is enough."""
    helm = engine.Engine(folder)
    example, namespace = helm.example(), "appliances"
    [block] = re.findall(r"`my-values.yaml`.*?```yaml\n(.*?)```", pathlib.Path(folder, "README.md").read_text(), re.DOTALL)
    needed = yaml.load(block, yaml.CSafeLoader)
    message = helm.refusal(needed, name, namespace)
    for path, _ in leaves(needed):
        report.check(f"catalog {name}: {path} is refused where it is empty", is_about(message, path), message)
    filled = {key: filled_in(value, example[key]) for key, value in needed.items()}
    message = helm.refusal(filled, name, namespace)
    report.check(f"catalog {name}: the values of the README are enough", not message, message)
    for path, keys in leaves(needed):
        missing = helm.refusal(emptied(filled, needed, keys), name, namespace)
        report.check(f"catalog {name}: nothing goes without {path}", is_about(missing, path), missing)
    made = {one["kind"]: one for one in helm.render(filled, name, namespace)}
    claim, affinity = made.get("PersistentVolumeClaim", {"spec": {}})["spec"], made["StatefulSet"]["spec"]["template"]["spec"].get("affinity", {})
    report.check(f"catalog {name}: it is bound to no node and no storage class", "storageClassName" not in claim and "hostname" not in str(affinity), (claim, affinity))


def is_about(message, path):
    """A line begins with the value, or says that it has to be added to its map."""
    above, _, last = path.rpartition(".")
    lines = message.splitlines()
    return any(line.startswith(f"{path}: ") or f"`{last}`" in line and f" to {above}" in line for line in lines)


def emptied(filled, empty, keys):
    """The values without one of them."""
    changed = copy.deepcopy(filled)
    *above, last = keys
    place, nothing = changed, empty
    for key in above:
        place, nothing = place[key], nothing[key]
    place[last] = nothing[last]
    return changed


def leaves(tree, path="", keys=()):
    """Path and keys of all that is empty in these values."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        inner = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip(".")
        if value in ("", []):
            yield inner, (*keys, key)
        else:
            yield from leaves(value, inner, (*keys, key))


def filled_in(empty, example):
    """The values with what the example has in their empty places."""
    if isinstance(empty, dict):
        return {key: filled_in(value, example[key]) for key, value in empty.items()}
    if isinstance(empty, list) and empty:
        return [filled_in(*pair) for pair in zip(empty, example, strict=True)]
    return example


def check_overlays(report, wrtpod, flux):
    """Those of the image and those that the pod applies are in the chart's values, and not their words."""
    chosen = {"image": {"overlays": ["mosquitto", "misplaced"]}, "overlays": ["much", "tailscale", "more"]}
    own = values.laid_over(bases.VALUES, chosen | {"persistence": {"mode": "system"}, "firstBoot": {"11-x": "exit 0"}})
    path = wrtpod.write(documents.documents(own, "openwrt", bases.NAME, bases.NAMESPACE, {}))
    [folder], _ = wrtpod.charts(bases.NAME, "-f", path)
    compare(report, wrtpod, flux, "overlays", folder, bases.NAME, "-f", path)
    given = engine.Engine(folder).values()
    same = {"image": {"overlays": given["image"]["overlays"]}, "overlays": given["overlays"]}
    report.check("overlays: they are values", same == chosen and not given["uci"], same)


def compare(report, wrtpod, flux, what, folder, name, *arguments):
    helm = engine.Engine(folder)
    faults = helm.lint()
    report.check(f"{what}: {name}: helm lint --strict", not faults, "\n".join(faults))
    wanted, _ = wrtpod.render(name, *arguments)
    given = helm.example()
    got = helm.render(given, name, wanted[-1]["metadata"]["namespace"])
    found = objects.differences(got, wanted)
    report.check(f"{what}: {name}: renders as wrtpod does", not found, "\n".join(found))
    empty = [*objects.nulls(helm.values()), *objects.nulls(given)]
    report.check(f"{what}: {name}: no value is null", not empty, empty)
    touched = flux.touched(helm.manifests(given, name, wanted[-1]["metadata"]["namespace"]))
    report.check(f"{what}: {name}: Flux' substitution leaves it alone", not touched, touched)
