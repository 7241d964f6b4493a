"""The appliances whose charts are tried: values that their documents come from, and words that are lifted as they are."""

import documents
import overlays
import values

NAME = "appliance"
NAMESPACE = "appliances"
PROFILES = ["generic", "openwrt"]

VALUES = {
    "image": {"repository": "a/b", "tag": "1"},
    "replicas": 1,
    "site": "home",
    "salt": "b2f1c4d8",
    "cluster": {"podCIDRs": ["10.42.0.0/16"], "serviceCIDRs": ["10.43.0.0/16"]},
    "networks": {
        "lan": {
            "kind": "macvlan",
            "parent": "enp3s0",
            "subnets": ["192.168.1.0/24", "fd00:1::/64"],
            "gateways": ["192.168.1.1"],
            "pool": ["192.168.1.200-192.168.1.216"],
        },
        "iot": {"kind": "macvlan", "parent": "enp3s0", "vlan": 2, "subnets": ["192.168.2.0/24"]},
    },
    "interfaces": [{"network": "lan", "address": ["192.168.1.9/24"]}, {"network": "iot", "address": ["192.168.2.9/24"]}],
    "nodes": ["node1"],
    "ports": [{"name": "http", "port": 80}],
    "service": {"enabled": True, "type": "ClusterIP", "ports": ["http"]},
}

# With nothing beside the values, and with much.
LIFTED = {
    "generic": [
        {},
        {
            "command": ["/bin/x", "{{ .Values.x }}", "$(A)"],
            "args": ["a'b", "on"],
            "env": {"A": "{{ x }}", "B": "0644", "C": {"secretKeyRef": {"name": "c", "key": "d"}}, "D": {"configMapKeyRef": {"name": "c", "key": "d"}}},
            "volumes": {
                "data": {"mountPath": "/data"},
                "tls": {"mountPath": "/tls", "secret": "tls", "readOnly": True},
                "shm": {"mountPath": "/dev/shm", "emptyDir": True},
                "cache": {"mountPath": "/cache", "emptyDir": True},
                "dbus": {"mountPath": "/run/dbus", "hostPath": "/run/dbus", "readOnly": True},
                "media": {"mountPath": "/media", "nfs": {"server": "nas.lan", "path": "/export"}},
            },
            "envFrom": [{"secret": "login", "prefix": "A_"}],
            "containers": {
                "exporter": {
                    "image": "a/exporter:1",
                    "imagePullPolicy": "Never",
                    "args": ["{{ .Values.x }}", "$(A)"],
                    "env": {"A": "on", "B": {"configMapKeyRef": {"name": "c", "key": "d"}}},
                    "mounts": {"data": "/in", "tls": "/keys"},
                    "capabilities": {"NET_RAW": "pings"},
                    "user": 0,
                    "probes": {"liveness": {"exec": ["true"]}},
                    "resources": {"limits": {"memory": "64Mi"}},
                },
            },
            "capabilities": {"NET_RAW": "pings"},
            "sysctls": {"net.ipv4.ping_group_range": "0 1"},
            "probes": {"readiness": {"http": {"path": "/{{", "port": "http"}}, "liveness": {"exec": ["true", "}}"]}},
            "helperImage": "a/helper:1",
        },
    ],
    "openwrt": [
        {},
        {
            "devices": [{"path": "/dev/net/tun"}],
            "capabilities": {"SYS_NICE": "a scheduler"},
            "labels": {"a": "b"},
            "volumes": {
                "words": {"mountPath": "/srv/words", "configMap": "words", "subPath": "a"},
                "logs": {"mountPath": "/srv/logs", "size": "2Gi"},
                "cache": {"mountPath": "/srv/cache", "emptyDir": True},
                "media": {"mountPath": "/srv/media", "nfs": {"server": "nas.lan", "path": "/export"}, "readOnly": True},
            },
            "containers": {
                "exporter": {"image": "a/exporter:1", "mounts": {"words": "/words", "logs": "/logs"}, "probes": {"readiness": {"tcp": "http"}}},
                "watch": {"image": "a/watch:1", "capabilities": {"root-entrypoint": "it drops to a user"}},
            },
        },
    ],
}


def given(profile, changes):
    """Values for such a chart, without the overlays that it has by default."""
    return values.laid_over({"image": {"overlays": []}}, changes) if profile == "openwrt" else changes


def charts(wrtpod, profile):
    """For each set of lifted words, these words and the chart's folder."""
    for number, lifted in enumerate(LIFTED[profile]):
        name = NAME if number == 0 else f"{NAME}-{number}"
        # A chart carries the overlays of its document: values have the choice of them.
        carried = {"image": {"overlays": sorted(overlays.FOLDERS)}} if profile == "openwrt" else {}
        path = wrtpod.write(documents.documents(values.laid_over(VALUES, carried), profile, name, NAMESPACE, lifted))
        [folder], faults = wrtpod.charts(name, "-f", path)
        assert not faults, faults
        yield lifted, folder
