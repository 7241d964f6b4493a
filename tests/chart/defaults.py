"""The charts of the catalog, of the example sites and of a document with overlays, with the values that they come with."""

import pathlib

import bases
import documents
import engine
import objects
import values

# What no chart can be made of, and why.
NO_CHARTS = {"primary-macvlan": ["chart-primary"]}


def check(report, wrtpod, flux, root):
    _, out, _ = wrtpod.run("catalog")
    entries = [line.split()[0] for line in out.splitlines() if "/" not in line.split()[0]]
    for entry in entries:
        [folder], _ = wrtpod.charts(entry)
        compare(report, wrtpod, flux, f"catalog {entry}", folder, entry)
    report.check("the catalog has appliances", len(entries) > 3)
    for site in sorted(pathlib.Path(root, "examples/sites").glob("*/site.yaml")):
        name = site.parent.name
        folders, faults = wrtpod.charts("--all", "-f", str(site))
        wanted = NO_CHARTS.get(name, [])
        report.check(f"site {name}: charts", faults == wanted and bool(folders) != bool(wanted), faults)
        for folder in folders:
            compare(report, wrtpod, flux, f"site {name}", folder, folder.name, "-f", str(site))
    check_overlays(report, wrtpod, flux)


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
    got = helm.render({}, name, wanted[-1]["metadata"]["namespace"])
    found = objects.differences(got, wanted)
    report.check(f"{what}: {name}: renders as wrtpod does", not found, "\n".join(found))
    touched = flux.touched(helm.manifests({}, name, wanted[-1]["metadata"]["namespace"]))
    report.check(f"{what}: {name}: Flux' substitution leaves it alone", not touched, touched)
