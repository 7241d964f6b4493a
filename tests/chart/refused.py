"""What wrtpod refuses, the chart refuses, and names the value."""

import re

import bases
import documents
import engine
import refusals
import values


def check(report, wrtpod):
    check_deployments(report, wrtpod)
    for profile in bases.PROFILES:
        [lifted, folder] = next(bases.charts(wrtpod, profile))
        helm = engine.Engine(folder)
        good = helm.refusal({}, bases.NAME, bases.NAMESPACE)
        report.check(f"{profile}: the values of the chart itself are good", not good, good)
        for path, changes in refusals.NOTED[profile]:
            notes = helm.notes(bases.given(profile, changes), bases.NAME, bases.NAMESPACE)
            report.check(f"{profile}: noted: {path}", f"WARNING: {path}: " in notes, notes)
        notes = helm.notes(bases.given(profile, amounts("64Mi")), bases.NAME, bases.NAMESPACE)
        report.check(f"{profile}: nothing is noted of sound amounts", "WARNING" not in notes, notes)
        for changes in refusals.ALLOWED:
            message = helm.refusal(bases.given(profile, changes), bases.NAME, bases.NAMESPACE)
            report.check(f"{profile}: allowed: {changes}", not message, message)
        for rule, profiles, path, changes in refusals.REFUSED:
            if profile in profiles:
                message = helm.refusal(bases.given(profile, changes), bases.NAME, bases.NAMESPACE)
                report.check(f"{profile}: {rule}: {path}", names(message, path), message)
                changed = values.laid_over(bases.VALUES, changes)
                documented = wrtpod.write(documents.documents(changed, profile, bases.NAME, bases.NAMESPACE, lifted))
                _, codes = wrtpod.render("-f", documented)
                report.check(f"{profile}: {rule}: {path}: wrtpod refuses it too", rule in codes, codes)
        for profiles, path, changes in refusals.OF_CHARTS_ALONE:
            if profile in profiles:
                message = helm.refusal(bases.given(profile, changes), bases.NAME, bases.NAMESPACE)
                report.check(f"{profile}: {path}", names(message, path), message)


def amounts(memory):
    return {"resources": {"requests": {"memory": memory}, "limits": {"memory": memory}}}


def check_deployments(report, wrtpod):
    """A Deployment's claim or its only node keeps a second pod from starting."""
    once, often = {"accessMode": "ReadWriteOncePod"}, {"accessMode": "ReadWriteOnce"}
    of_values = {"generic": {}, "openwrt": {"persistence": once}}
    of_documents = {"generic": {"volumes": {"data": {"mountPath": "/data", **once}}}, "openwrt": {}}
    shared = {"generic": {"volumes": {"data": often}}, "openwrt": {"persistence": often}}
    for profile in bases.PROFILES:
        own = bases.VALUES | {"nodes": []} | of_values[profile]
        lifted = {"workload": "Deployment"} | of_documents[profile]
        written = wrtpod.write(documents.documents(own, profile, "held", bases.NAMESPACE, lifted))
        [folder], _ = wrtpod.charts("held", "-f", written)
        helm = engine.Engine(folder)
        message = helm.refusal(shared[profile], "held", bases.NAMESPACE)
        report.check(f"{profile}: deployment-two-holders", names(message, "nodes"), message)
        for what, changes in {"claim": {}, "node": {"nodes": ["a"], **shared[profile]}}.items():
            message = helm.refusal(changes, "held", bases.NAMESPACE)
            report.check(f"{profile}: a Deployment that its {what} holds", not message, message)


def names(message, path):
    """Whether a message is about this value. The schema's call `a[0].b` `/a/0/b`."""
    of_schema = "/" + re.sub(r"\[(\d+)\]", r"/\1", path).replace(".", "/")
    return any(line.startswith(f"{path}:") for line in message.splitlines()) or of_schema in message
