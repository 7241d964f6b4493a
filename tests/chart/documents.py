"""The documents that say what a chart's values say: a Site and an Appliance."""

import json

import overlays

KEYS_OF_LINK = {"macvlan": "parent", "ipvlan": "parent", "vlan": "parent", "bridge": "name", "hostDevice": "device"}


def documents(values, profile, name, namespace, lifted):
    """For all values of a chart; `lifted` is what its appliance states besides."""
    return [site(values, namespace, lifted), *images(values), appliance(values, profile, name, lifted)]


def images(values):
    """What the image is built from, where overlays are part of it."""
    if not values["image"].get("overlays"):
        return []
    spec = {"base": {"amd64": {"image": "a/b:1"}}, "overlays": references(values["image"]["overlays"])}
    return [{"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Image", "metadata": {"name": "built"}, "spec": spec}]


def references(names):
    return [overlays.reference(name) for name in names]


def some(pairs):
    """Without what says nothing."""
    return {key: value for key, value in pairs.items() if value not in (None, "", [], {})}


def site(values, namespace, lifted):
    # A chart has them beside its values, as what it lifts.
    marks = {"labels": {"place": "here"}, "annotations": {"example.org/place": "{{ x }}"}} if lifted else {}
    return {
        "apiVersion": "wrtpod.dev/v1alpha1",
        "kind": "Site",
        "metadata": {"name": values["site"], **marks},
        "spec": {
            **some({"salt": values["salt"]}),
            "namespace": namespace,
            # Where whereabouts finds its configuration itself.
            "distribution": "kubeadm",
            "cluster": values["cluster"],
            "networks": {name: network(one, values["nodes"]) for name, one in values["networks"].items()},
        },
    }


def network(one, nodes):
    kind = one["kind"]
    if one.get("existing"):
        namespace, _, name = one["existing"].rpartition("/")
        mac = False if kind == "ipvlan" or one.get("mac") is False else None
        return {
            "existing": {"name": name, **some({"namespace": namespace}), **({} if mac is None else {"mac": mac})},
            **some({"subnet": one.get("subnets"), "gateway": one.get("gateways"), "dns": one.get("dns"), "routes": one.get("routes")}),
        }
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
                "ipam": one.get("ipam"),
                "dns": one.get("dns"),
                "routes": one.get("routes"),
                "sysctls": dict(sorted(one.get("sysctls", {}).items())),
                "chain": [json.loads(text) for text in one.get("chain", [])],
                # A pool is kept on one node.
                "nodes": nodes if one.get("pool") and len(nodes) == 1 and one.get("ipam") != "whereabouts" else None,
            }
        ),
    }


def appliance(values, profile, name, lifted):
    spec = {
        **lifted,
        "profile": profile,
        "image": reference(values["image"]),
        "replicas": values["replicas"],
        "interfaces": [interface(one) for one in values["interfaces"]],
        **some({key: values.get(key) for key in ("hostname", "timezone", "user", "group", "hostUsers", "procMount", "ipv6", "nodes", "nodeSelector", "tolerations")}),
        **resources(values, lifted),
        **some({"imagePullPolicy": values["image"].get("pullPolicy"), "helperImage": values.get("helperImage")}),
        **some({"imagePullSecrets": [one["name"] for one in values.get("imagePullSecrets", [])]}),
        **some({"ports": {one["name"]: {key: one[key] for key in one if key != "name"} for one in values["ports"]}}),
        **some({"annotations": values.get("podAnnotations"), "labels": lifted.get("labels", {}) | values.get("podLabels", {})}),
        "env": lifted.get("env", {}) | {one["name"]: one.get("value", one.get("valueFrom")) for one in values.get("extraEnv", [])},
        "capabilities": lifted.get("capabilities", {}) | {name: "asked for" for name in values.get("extraCapabilities", [])},
        "volumes": volumes(values, lifted),
        "envFrom": lifted.get("envFrom", []) + [env_source(one) for one in values.get("extraEnvFrom", [])],
        "allow": values.get("allow", {}),
        "containers": lifted.get("containers", {}) | {name: container(one, values["ports"]) for name, one in values.get("containers", {}).items()},
    }
    if values.get("zonename"):
        spec["timezone"] = values["zonename"]
    if values["service"]["enabled"]:
        service = values["service"]
        spec["service"] = {"type": service["type"], **some({key: service.get(key) for key in ("ports", "annotations")})}
    if "guard" in values:
        spec["guard"] = values["guard"]
    if values.get("egress", {}).get("enabled"):
        # An empty one says something: names and answers alone.
        egress = {"cluster": values["egress"].get("cluster", False), "cidrs": values["egress"].get("cidrs", [])}
        spec["egress"] = egress
    if values.get("ingress", {}).get("enabled"):
        ingress = values["ingress"]
        words = {"class": "className"}
        keys = ["host", "class", "path", "port", "tlsSecret", "annotations"]
        spec["ingress"] = some({key: ingress.get(words.get(key, key)) for key in keys})
    if values.get("httpRoute", {}).get("enabled"):
        route = {key: values["httpRoute"].get(key) for key in ("hostnames", "path", "port", "annotations")}
        # Without a parent it is refused, and not left out.
        spec["httpRoute"] = {"parentRefs": values["httpRoute"].get("parentRefs", []), **some(route)}
    if profile == "openwrt":
        spec |= openwrt(values)
    metadata = {"name": name, **some({key: values.get(key) for key in ("labels", "annotations")})}
    return {"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Appliance", "metadata": metadata, "spec": some(spec)}


def resources(values, lifted):
    """What a device plugin offers is a device of a document, and a limit among the values."""
    stated = values.get("resources", {})
    limits = stated.get("limits", {})
    devices = [{"resource": name, "count": int(count)} for name, count in sorted(limits.items()) if "/" in name]
    amounts = some({name: amount for name, amount in limits.items() if "/" not in name})
    return some({"resources": some({**stated, "limits": amounts}), "devices": lifted.get("devices", []) + devices})


def container(one, ports):
    """A container beside the appliance's own; a value of it may be missing."""
    probes = {key: one.get(f"{key}Probe") for key in ("startup", "readiness", "liveness")}
    return {
        **some({key: one.get(key) for key in ("image", "imagePullPolicy", "command", "args", "user", "group", "resources")}),
        "env": {each["name"]: each.get("value", each.get("valueFrom")) for each in one.get("env", [])},
        "envFrom": [env_source(each) for each in one.get("envFrom", [])],
        "capabilities": {name: "asked for" for name in one.get("capabilities", [])},
        "mounts": {each["name"]: each["mountPath"] for each in one.get("volumeMounts", [])},
        "probes": {key: probed(stated, ports) for key, stated in some(probes).items()},
    }


def probed(stated, ports):
    """A probe: the ports of documents are those of the appliance, by their names."""
    asked = lambda action: [one for one in ports if one["port"] == action["port"]]
    named = lambda action: min(asked(action), key=lambda one: one.get("protocol") == "UDP")["name"]
    words = {
        "exec": lambda action: ("exec", action["command"]),
        "tcpSocket": lambda action: ("tcp", named(action)),
        "httpGet": lambda action: ("http", {"path": action["path"], "port": named(action)}),
    }
    return dict(words[key](value) if key in words else (key, value) for key, value in stated.items())


def env_source(one):
    words = {"secretRef": "secret", "configMapRef": "configMap"}
    return {words.get(key, key): value["name"] if key in words else value for key, value in one.items()}


def reference(image):
    text = image["repository"] + (":" + image["tag"] if image["tag"] else "")
    return text + ("@" + image["digest"] if image.get("digest") else "")


def volumes(values, lifted):
    """The document's own, as the values change them, then those of the values."""
    own = {name: laid_under(one, some(values.get("volumes", {}).get(name, {}))) for name, one in lifted.get("volumes", {}).items()}
    for one in own.values():
        if "existingClaim" in one:
            for key in ("size", "storageClass", "accessMode"):
                one.pop(key, None)
    paths = {one["name"]: one["mountPath"] for one in values.get("extraVolumeMounts", [])}
    return own | {one["name"]: {"emptyDir": True, "mountPath": paths[one["name"]]} for one in values.get("extraVolumes", [])}


def laid_under(one, given):
    """A volume with its values: those of an NFS folder are a map of their own in a document."""
    if "nfs" in one:
        return one | {"nfs": one["nfs"] | given}
    return one | given


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
            "clusterForwarding": values.get("clusterForwarding"),
            "secret": values.get("credentials", {}).get("existingSecret"),
            "build": "built" if images(values) else None,
            "overlays": references(values.get("overlays", [])),
        }
    )


def section(one):
    kind = {".type": one["type"]} if one.get("type") else {}
    return one["section"], kind | dict(sorted(one.get("options", {}).items()))
