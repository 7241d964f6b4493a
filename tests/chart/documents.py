"""The documents that say what a chart's values say: a Site and an Appliance."""

import json

KEYS_OF_LINK = {"macvlan": "parent", "ipvlan": "parent", "vlan": "parent", "bridge": "name", "hostDevice": "device"}


def documents(values, profile, release, namespace):
    return [site(values, namespace), appliance(values, profile, values.get("fullnameOverride") or release)]


def some(pairs):
    """Without what says nothing."""
    return {key: value for key, value in pairs.items() if value not in (None, "", [], {})}


def site(values, namespace):
    return {
        "apiVersion": "wrtpod.dev/v1alpha1",
        "kind": "Site",
        "metadata": {"name": values["site"]},
        "spec": {
            **some({"salt": values["salt"]}),
            "namespace": namespace,
            "cluster": values["cluster"],
            "networks": {name: network(one, values["nodes"]) for name, one in values["networks"].items()},
        },
    }


def network(one, nodes):
    kind = one["kind"]
    link = {KEYS_OF_LINK[kind]: one["parent"]}
    if "vlan" in one:
        link["id" if kind == "vlan" else "vlan"] = one["vlan"]
    link.update({key: one[key] for key in ("mode", "mtu") if key in one and not (key == "mtu" and kind == "hostDevice")})
    return {
        kind: link,
        **some(
            {
                "subnet": one.get("subnets"),
                "gateway": one.get("gateways"),
                "pool": one.get("pool"),
                "dns": one.get("dns"),
                "sysctls": dict(sorted(one.get("sysctls", {}).items())),
                "chain": [json.loads(text) for text in one.get("chain", [])],
                # A pool is kept on one node.
                "nodes": nodes if one.get("pool") and len(nodes) == 1 else None,
            }
        ),
    }


def appliance(values, profile, release):
    image = values["image"]
    reference = image["repository"] + (":" + image["tag"] if image["tag"] else "")
    spec = {
        "profile": profile,
        "image": reference + ("@" + image["digest"] if image.get("digest") else ""),
        **some({"imagePullPolicy": image.get("pullPolicy")}),
        **some({"imagePullSecrets": [one["name"] for one in values.get("imagePullSecrets", [])]}),
        "replicas": values.get("replicas", 1),
        "interfaces": [interface(one) for one in values["interfaces"]],
        **some({key: values.get(key) for key in ("hostname", "timezone", "nodes", "nodeSelector", "tolerations", "resources")}),
        **some({"ports": values.get("ports"), "labels": values.get("podLabels"), "annotations": values.get("podAnnotations")}),
        **some({"capabilities": {name: "asked for" for name in values.get("extraCapabilities", [])}}),
    }
    if values.get("service", {}).get("enabled"):
        service = values["service"]
        spec["service"] = {"type": service.get("type", "ClusterIP"), **some({key: service.get(key) for key in ("ports", "annotations")})}
    if values.get("ingress", {}).get("enabled"):
        one = values["ingress"]
        keys = {"host": "host", "class": "className", "path": "path", "port": "port", "tlsSecret": "tlsSecret", "annotations": "annotations"}
        spec["ingress"] = some({key: one.get(value) for key, value in keys.items()})
    if profile == "openwrt":
        spec |= openwrt(values)
    metadata = {"name": release, **some({key: values.get(key) for key in ("labels", "annotations")})}
    return {"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Appliance", "metadata": metadata, "spec": spec}


def interface(one):
    renamed = {"gateways": "gateway"}
    return {renamed.get(key, key): value for key, value in one.items() if value not in ("", [], None)}


def openwrt(values):
    persistence = values.get("persistence", {})
    keys = ["mode", "packages"]
    if persistence.get("mode") == "none":
        keys = ["mode"]
    elif persistence.get("existingClaim"):
        keys += ["existingClaim"]
    else:
        keys += ["size", "storageClass", "accessMode"]
    return some(
        {
            "persistence": some({key: persistence.get(key) for key in keys}),
            "uci": {file: dict(map(section, sections)) for file, sections in values.get("uci", {}).items()},
            "firstBoot": values.get("firstBoot"),
            "secret": values.get("credentials", {}).get("existingSecret"),
        }
    )


def section(one):
    kind = {".type": one["type"]} if one.get("type") else {}
    return one["section"], kind | dict(sorted(one.get("options", {}).items()))
