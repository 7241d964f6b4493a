"""The charts of the catalog and of the example sites, with the values that they come with."""

import pathlib

import engine
import objects

# What no chart can be made of, and why.
NO_CHARTS = {"primary-macvlan": ["chart-primary"]}


def check(report, wrtpod, root):
    _, out, _ = wrtpod.run("catalog")
    entries = [line.split()[0] for line in out.splitlines() if "/" not in line.split()[0]]
    for entry in entries:
        [folder], _ = wrtpod.charts(entry)
        compare(report, wrtpod, f"catalog {entry}", folder, entry)
    report.check("the catalog has appliances", len(entries) > 3)
    for site in sorted(pathlib.Path(root, "examples/sites").glob("*/site.yaml")):
        name = site.parent.name
        folders, faults = wrtpod.charts("--all", "-f", str(site))
        wanted = NO_CHARTS.get(name, [])
        report.check(f"site {name}: charts", faults == wanted and bool(folders) != bool(wanted), faults)
        for folder in folders:
            compare(report, wrtpod, f"site {name}", folder, folder.name, "-f", str(site))


def compare(report, wrtpod, what, folder, name, *arguments):
    helm = engine.Engine(folder)
    faults = helm.lint()
    report.check(f"{what}: {name}: helm lint --strict", not faults, "\n".join(faults))
    wanted, _ = wrtpod.render(name, *arguments)
    got = helm.render({}, name, wanted[-1]["metadata"]["namespace"])
    found = objects.differences(got, wanted)
    report.check(f"{what}: {name}: renders as wrtpod does", not found, "\n".join(found))
