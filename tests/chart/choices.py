"""Random choices, as a chart's values. Most sets are ones that wrtpod accepts."""

import ipaddress
import json

import overlays

WORDS = ["plain", "two words", "it's", 'a "quote"', "{{ .Values.x }}", "back\\slash", "tab\there", "ünï", "$(x)", "# no comment"]
MULTILINE = WORDS + ["line\nline", "ends\n", "%d %s", "}}", "{{`x`}}", "a: b"]

# POSIX strings and names of zones.
ZONES = [("CET-1CEST,M3.5.0,M10.5.0/3", "Europe/Berlin"), ("EST5EDT,M3.2.0,M11.1.0", "America/New_York")]


def choose(random, profile):
    """A set of values for an appliance of this profile."""
    nodes = random.choice([[], ["node1"], ["node1"], ["node1", "node2"]])
    networks = choose_networks(random, profile)
    values = {
        "image": choose_image(random, profile),
        "replicas": 1,
        "site": random.choice(["home", "site-2"]),
        "salt": random.choice(["b2f1c4d8", "a salt", "ünï"]),
        "cluster": random.choice(
            [
                {"podCIDRs": ["10.42.0.0/16"], "serviceCIDRs": ["10.43.0.0/16"]},
                {"podCIDRs": ["10.244.0.0/16", "FD42:0::/48"], "serviceCIDRs": ["10.96.0.0/12"]},
            ]
        ),
        "networks": networks,
        "interfaces": choose_interfaces(random, profile, networks, nodes),
        "nodes": nodes,
        "hostname": random.choice(["", "", "other-name"]),
        "timezone": random.choice(["UTC", "CET-1CEST,M3.5.0,M10.5.0/3"] if profile == "openwrt" else ["", "Europe/Berlin"]),
    }
    if profile == "openwrt" and random.random() < 0.3:
        values["timezone"], values["zonename"] = random.choice(ZONES)
    if all(one.get("address") == "pool" and "mac" not in one for one in values["interfaces"]):
        values["replicas"] = random.choice([1, 2])
    if random.random() < 0.15:
        values["ipv6"] = random.choice([True, False, False])
        # Where a network or an interface has IPv6 both refuse it.
        if random.random() < 0.8:
            leave_out_ipv6(values)
    choose_access(random, values)
    choose_pod(random, values)
    if profile == "openwrt":
        choose_openwrt(random, values)
    else:
        choose_generic(random, values)
    return values


def leave_out_ipv6(values):
    is_ipv4 = lambda one: ":" not in (one["to"] if isinstance(one, dict) else one)
    for network in values["networks"].values():
        for key in ("subnets", "gateways", "pool", "dns", "routes"):
            network |= {key: list(filter(is_ipv4, network[key]))} if key in network else {}
    for interface in values["interfaces"]:
        if isinstance(interface.get("address"), list):
            interface["address"] = list(filter(is_ipv4, interface["address"])) or "none"


def choose_image(random, profile):
    tags = ["x86-64-24.10.4", "x86_64-1", "1"] if profile == "openwrt" else ["1.29.3-alpine", "on", "0644", "1e3", "x86-64-1"]
    image = {"repository": random.choice(["a/b", "registry.example:5000/team/name"]), "tag": random.choice(tags)}
    if random.random() < 0.3:
        image["digest"] = "sha256:" + "".join(random.choices("0123456789abcdef", k=64))
    if random.random() < 0.3:
        image["pullPolicy"] = random.choice(["Always", "IfNotPresent", "Never"])
    return image


def choose_networks(random, profile):
    names = random.sample(["home", "cams", "uplink", "dmz", "guest-1"], random.randint(1, 4))
    parents = random.sample(["enp3s0", "eno1", "ens18", "br0", "enp4s0"], len(names))
    numbers = random.sample(range(1, 99), len(names))
    return {name: choose_network(random, profile, parent, number) for name, parent, number in zip(names, parents, numbers)}


def choose_network(random, profile, parent, number):
    kinds = ["macvlan", "macvlan", "bridge", "hostDevice"] + (["ipvlan", "vlan"] if profile == "generic" else [])
    network = {"kind": random.choice(kinds), "parent": parent}
    kind = network["kind"]
    if kind == "vlan" or kind != "hostDevice" and random.random() < 0.4:
        network["vlan"] = random.choice([1, 2, 300, 4094])
    if kind in ("macvlan", "ipvlan") and random.random() < 0.4:
        network["mode"] = random.choice(["bridge", "private", "vepa", "passthru"] if kind == "macvlan" else ["l2", "l3", "l3s"])
    if kind != "hostDevice" and random.random() < 0.3:
        network["mtu"] = random.choice([1280, 1400, 1500, 9000, 65535])
    network |= choose_addresses(random, number)
    if random.random() < 0.15:
        # What a NAD says that is there already, no value does.
        network = {key: value for key, value in network.items() if key not in ("pool", "ipam")}
        return network | {"existing": random.choice(["", "elsewhere/", "home/"]) + f"lan.{number}"} | random.choice([{}, {"mac": False}, {"mac": True}])
    if random.random() < 0.3:
        keys = ["net.ipv4.conf.IFNAME.arp_ignore", "net.ipv4.ip_forward", "net.ipv6.conf.IFNAME.accept_ra", "net.ipv4.a-b"]
        network["sysctls"] = {key: random.choice(["0", "1", "4096 87380", 'a"b']) for key in random.sample(keys, 2)}
    if random.random() < 0.2:
        plugins = [{"type": "veth", "list": [], "map": {}, "n": [1, {"x": None}]}, {"type": "vrf", "text": "ü\n\"{{ x }}"}]
        plugins.append({"type": "bandwidth", "capabilities": {"bandwidth": True}, "ingressRate": 0})
        if kind == "bridge":
            plugins += [{"type": "firewall"}, {"type": "portmap"}, {"type": "bandwidth", "ingressRate": 9000, "ingressBurst": 9000}]
        network["chain"] = [json.dumps(one, indent=2, ensure_ascii=False) for one in random.sample(plugins, random.randint(1, 2))]
    return network


def choose_addresses(random, number):
    """Subnets, and what lies in them."""
    said = {"subnets": [], "gateways": [], "pool": [], "dns": []}
    if random.random() < 0.85:
        forms = ["192.168.{}.0/24", "172.16.{}.128/25", "10.{}.0.0/16", "192.168.{}.16/28", "172.17.{}.0/30"]
        subnet = ipaddress.ip_network(random.choice(forms).format(number))
        said["subnets"].append(str(subnet))
        if random.random() < 0.8:
            said["gateways"].append(str(subnet[1]))
        if random.random() < 0.4 and subnet.num_addresses > 4:
            said["pool"].append(f"{subnet[subnet.num_addresses // 2]}-{subnet[subnet.num_addresses // 2 + 3]}")
    if random.random() < 0.4:
        subnet = ipaddress.ip_network(random.choice([f"fd00:{number}::/64", f"fd00:0:0:{number}::/65", f"2001:db8:{number:x}:a000::/51"]))
        written = random.choice([str(subnet), subnet.exploded.upper()])
        said["subnets"].append(written)
        if random.random() < 0.6:
            said["gateways"].append(random.choice(["fe80::1", "FE80:0::0001", str(subnet[1]), subnet[1].exploded]))
        if random.random() < 0.3:
            said["pool"].append(f"{subnet[512]}-{subnet[0x1FFF].exploded}")
    if random.random() < 0.4:
        said["dns"] = random.sample(["9.9.9.9", "FE80::0001", "192.0.2.53", "2620:FE::00fe", "2001:db8:0:0:1::1"], random.randint(1, 2))
    if said["pool"] and random.random() < 0.4:
        said["ipam"] = random.choice(["host-local", "whereabouts"])
    if random.random() < 0.3:
        said["routes"] = choose_routes(random, said, number)
    return {key: value for key, value in said.items() if value or random.random() < 0.5}


def choose_routes(random, said, number):
    """Networks behind a router of the network, or behind its gateway."""
    routes = []
    for subnet in map(ipaddress.ip_network, said["subnets"]):
        to = random.choice([f"10.77.{number}.0/24", "10.78.0.0/15"] if subnet.version == 4 else [f"fd77:{number}::/48", "FD78:0::/32"])
        gateways = any(ipaddress.ip_address(one).version == subnet.version for one in said["gateways"])
        via = random.choice([str(subnet[2]), subnet[1].exploded])
        routes.append({"to": to} if gateways and random.random() < 0.4 else {"to": to, "via": via})
    return routes


def choose_interfaces(random, profile, networks, nodes):
    names = [name for name in networks for _ in range(random.choice([1, 1, 1, 2]))]
    chosen = random.sample(names, random.randint(1, len(names)))
    used = set()
    interfaces = [choose_interface(random, profile, name, networks[name], nodes, used) for name in chosen]
    for index, one in enumerate(interfaces):
        if chosen.index(one["network"]) != index or "-" in one["network"] or random.random() < 0.2:
            one["name"] = f"net{index}" if random.random() < 0.5 else f"if_{index}"
    if random.random() < 0.5:
        random.choice(interfaces)["discovery"] = True
    if random.random() < 0.4:
        random.choice(interfaces)["defaultRoute"] = random.choice([True, True, False])
    return interfaces


def choose_interface(random, profile, name, network, nodes, used):
    one = {"network": name}
    fixed = fixed_addresses(random, network, used)
    words = ["none", "dhcp"] + (["pppoe"] if profile == "openwrt" else []) + (["pool"] if profile == "generic" and (network.get("existing") or network.get("pool") and (len(nodes) == 1 or network.get("ipam") == "whereabouts")) else [])
    if profile == "openwrt" and random.random() < 0.4 and fixed:
        one["serve"] = True
        one["address"] = "gateway" if network.get("gateways") and random.random() < 0.5 else fixed
    elif fixed and random.random() < 0.6:
        one["address"] = fixed if random.random() < 0.7 or len(fixed) > 1 else fixed[0]
    elif profile == "generic" or random.random() < 0.7:
        one["address"] = random.choice(words)
    without_mac = network["kind"] == "ipvlan" or network.get("existing") and network.get("mac") is False
    if not without_mac and random.random() < 0.4:
        digits = [random.choice(["02", "52", "d6"])] + [f"{random.randrange(256):02x}" for _ in range(5)]
        one["mac"] = random.choice([":".join(digits), "-".join(digits).upper()])
    if fixed and one.get("address") not in ("dhcp", "pppoe") and "address" in one and random.random() < 0.2:
        one["gateways"] = [random.choice(["fe80:0::9", "fe80::a:0"])] if ":" in "".join(fixed) else network.get("gateways", [])[:1]
    if random.random() < 0.4:
        one["sourceRouting"] = random.choice([True, False])
    if fixed and random.random() < 0.2:
        one["routes"] = choose_routes(random, network | {"subnets": network["subnets"][:1], "gateways": []}, 99)
    if profile == "openwrt":
        if random.random() < 0.2:
            one["dns"] = random.sample(["1.1.1.1", "2606:4700:4700:0::1111"], random.randint(1, 2))
        if random.random() < 0.2:
            one["metric"] = random.choice([0, 10, 4294967295])
        if network["kind"] in ("bridge", "hostDevice") and random.random() < 0.4:
            one["bridge"] = True
    return one


def fixed_addresses(random, network, used):
    """One to three addresses of the network's subnets that nobody has."""
    addresses = []
    for subnet in map(ipaddress.ip_network, network.get("subnets", [])):
        for _ in range(random.choice([1, 1, 2])):
            number = random.choice([2, 5, 9, 11, 100, 130, 150, 200])
            if number < subnet.num_addresses - 1 and (subnet, number) not in used:
                used.add((subnet, number))
                text = random.choice([str(subnet[number]), subnet[number].exploded])
                addresses.append(f"{text}/{subnet.prefixlen}")
    return addresses


def choose_access(random, values):
    extra = [{"name": "https", "port": 443}, {"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "ssh", "port": 65535, "protocol": "TCP"}]
    values["ports"] = random.sample(extra, random.randint(0, 3)) + [{"name": "http", "port": 80}]
    names = [one["name"] for one in values["ports"]]
    values["service"] = {
        "enabled": random.random() < 0.7,
        "type": random.choice(["ClusterIP", "NodePort", "LoadBalancer"]),
        "ports": random.choice([[], random.sample(names, random.randint(1, len(names)))]),
        "annotations": random.choice([{}, {"example.org/a": random.choice(MULTILINE)}]),
    }
    if values["service"]["enabled"] and random.random() < 0.5:
        choose_route(random, values)
    if values["service"]["enabled"] and random.random() < 0.5:
        values["ingress"] = {
            "enabled": True,
            "host": random.choice(["home.example.org", "*.example.org"]),
            "className": random.choice(["", "nginx"]),
            "path": random.choice(["/", "/{{ x }}", "/a'b"]),
            "port": random.choice(["", random.choice(values["service"]["ports"] or names)]),
            "tlsSecret": random.choice(["", "tls"]),
            "annotations": random.choice([{}, {"example.org/b": random.choice(MULTILINE)}]),
        }


def choose_route(random, values):
    shown = [one for one in values["ports"] if one["name"] in (values["service"]["ports"] or [one["name"]])]
    tcp = [one["name"] for one in shown if one.get("protocol", "TCP") == "TCP"]
    parents = [{"name": "internal", "namespace": "network"}, {"name": "on", "sectionName": "https", "port": 443}]
    values["httpRoute"] = {
        "enabled": bool(tcp),
        "parentRefs": random.sample(parents, random.randint(1, 2)),
        "hostnames": random.choice([[], ["home.example.org", "*.example.org"]]),
        "path": random.choice(["/", "/{{ x }}", "/a'b"]),
        "port": random.choice(["", *tcp]),
        "annotations": random.choice([{}, {"example.org/c": random.choice(MULTILINE)}]),
    }


def choose_pod(random, values):
    words = ["on", "0644", "1e3", "", "A_b.c-d", "null"]
    labels = lambda: {f"example.org/{key}": random.choice(words) for key in random.sample("abc", random.randint(0, 2))}
    texts = lambda: {f"example.org/{key}": random.choice(MULTILINE) for key in random.sample("abc", random.randint(0, 2))}
    values |= {"labels": labels(), "annotations": texts(), "podLabels": labels(), "podAnnotations": texts(), "nodeSelector": labels()}
    values["imagePullSecrets"] = random.choice([[], [{"name": "regcred"}, {"name": "on"}]])
    values["resources"] = random.choice(
        [
            {},
            {"requests": {"cpu": "250m", "memory": "64Mi"}, "limits": {"memory": "1Gi"}},
            {"limits": {"cpu": "2"}},
            {"requests": {"cpu": "0.1", "memory": "1024Mi"}, "limits": {"cpu": "100m", "memory": "1Gi"}},
            {"requests": {"cpu": "1e1", "memory": "1.1G"}, "limits": {"cpu": "10", "memory": "1100000k"}},
        ]
    )
    values["tolerations"] = random.choice(
        [[], [{"operator": "Exists"}], [{"key": "a/b", "value": "yes", "effect": "NoExecute", "tolerationSeconds": 1000000}]]
    )
    values["hostUsers"] = random.choice(["", "", True, False])
    # Where the pod has the node's users both refuse it.
    values["procMount"] = random.choice(["", "", "Unmasked"]) if values["hostUsers"] is False or random.random() < 0.05 else ""
    if random.random() < 0.3:
        # Without `limits` of the choice's own: the choices share them.
        device = random.choice([{"squat.ai/tun": "1"}, {"squat.ai/zigbee": "2"}])
        values["resources"] = values["resources"] | {"limits": values["resources"].get("limits", {}) | device}
    values["extraCapabilities"] = random.choice([[], ["SYS_PTRACE"], ["IPC_LOCK", "SYS_TIME"], ["root-entrypoint", "SYS_TIME"]])
    if random.random() < 0.4:
        values["containers"] = choose_containers(random, values["ports"])
    if random.random() < 0.5:
        values["guard"] = random.choice([True, False])
    if random.random() < 0.5:
        cidrs = random.sample(["0.0.0.0/0", "::/0", "10.0.0.0/8", "192.168.0.0/16", "203.0.113.0/24", "FD00::/8"], random.randint(0, 3))
        values["egress"] = {"enabled": random.random() < 0.8, "cluster": random.choice([True, False]), "cidrs": cidrs}


def choose_containers(random, ports):
    """Containers beside the appliance's own."""
    often = {"periodSeconds": 7, "timeoutSeconds": 2, "failureThreshold": 4}
    actions = [{"exec": {"command": ["/bin/true", "on"]}, "initialDelaySeconds": 3}]
    if ports:
        port = random.choice(ports)["port"]
        actions += [{"tcpSocket": {"port": port}}, {"httpGet": {"path": "/on", "port": port}}]
    probe = lambda: random.choice(actions) | often
    parts = [
        {"command": ["/bin/x", "0644"], "args": ["on", "{{ x }}"]},
        {"env": [{"name": "Z", "value": "0644"}, {"name": "Y", "valueFrom": {"configMapKeyRef": {"name": "on", "key": "no"}}}]},
        {"envFrom": [{"secretRef": {"name": "on"}, "prefix": "B_"}]},
        {"imagePullPolicy": random.choice(["", "Always", "IfNotPresent", "Never"])},
        {"user": random.choice(["", 0, 1000, 3000000]), "group": random.choice(["", 5])},
        {"capabilities": random.sample(["NET_RAW", "SYS_NICE", "s6", "root-entrypoint"], random.randint(0, 2))},
        {"resources": {"limits": {"memory": "64Mi"}, "requests": {"cpu": "50m"}}},
        {"livenessProbe": probe(), "startupProbe": probe()},
        {"readinessProbe": probe()},
    ]
    chosen = {}
    for name in random.sample(["on", "reader", "9-watch"], random.randint(1, 2)):
        chosen[name] = {"image": random.choice(["a/b:1", "registry.example:5000/on:0644"])}
        for part in random.sample(parts, random.randint(0, len(parts))):
            chosen[name] |= part
    return chosen


def choose_generic(random, values):
    if random.random() < 0.5:
        secret = {"valueFrom": {"secretKeyRef": {"name": "mqtt", "key": "on"}}}
        config = {"valueFrom": {"configMapKeyRef": {"name": "mqtt", "key": "off"}}}
        values["extraEnv"] = [{"name": "Z", **random.choice([{"value": random.choice(WORDS[:8])}, secret, config])}]
    if random.random() < 0.4:
        values["extraVolumes"] = [{"name": "scratch", "emptyDir": {}}]
        values["extraVolumeMounts"] = [{"name": "scratch", "mountPath": "/scratch"}]
        for one in values.get("containers", {}).values():
            one["volumeMounts"] = random.choice([[], [{"name": "scratch", "mountPath": "/on"}]])
    if random.random() < 0.4:
        values["helperImage"] = "registry.example/helper:on"
    if random.random() < 0.3:
        sources = [{"secretRef": {"name": "on"}}, {"configMapRef": {"name": "b"}, "prefix": "B_"}]
        values["extraEnvFrom"] = random.sample(sources, random.randint(1, 2))
    values["user"] = random.choice(["", "", 0, 1000, 2147483647])
    values["group"] = random.choice(["", "", 0, 3000000])


def choose_volumes(random, volumes):
    """For those of the document's that have something to choose: claims, and what stands elsewhere."""
    elsewhere = {
        "emptyDir": {"size": random.choice(["", "512Mi"])},
        "hostPath": {"hostPath": random.choice(["/run/dbus", "/mnt/{{ x }}"])},
        "nfs": {"server": random.choice(["nas.lan", "on"]), "path": random.choice(["/export", "/a'b"])},
        "secret": None,
        "configMap": None,
    }
    claims = [
        {"size": "3Gi", "storageClass": "", "accessMode": "ReadWriteMany"},
        {"size": "1.5Ti", "storageClass": "fast", "accessMode": "ReadWriteOncePod"},
        {"existingClaim": "mine"},
    ]
    chosen = {}
    for name, volume in volumes.items():
        kind = next((key for key in elsewhere if key in volume), None)
        chosen[name] = elsewhere[kind] if kind else random.choice(claims)
    return {name: one for name, one in chosen.items() if one}


def choose_openwrt(random, values):
    mode = random.choice(["config", "etc", "system", "none"])
    values["persistence"] = {
        "mode": mode,
        "size": random.choice(["", "100Mi"]),
        "storageClass": random.choice(["", "fast"]),
        "accessMode": random.choice(["ReadWriteOnce", "ReadWriteOncePod"]),
        "existingClaim": random.choice(["", "", "mine"]),
        "packages": random.choice(["drop", "keep", "reinstall"]) if mode != "none" else "drop",
    }
    values["credentials"] = {"existingSecret": random.choice(["", "root"])}
    values["clusterForwarding"] = random.random() < 0.2
    if random.random() < 0.4:
        values["firstBoot"] = {f"{number}-x": random.choice(MULTILINE) for number in random.sample(range(10, 99), 2)}
    if random.random() < 0.6:
        values["uci"] = choose_uci(random)
    choose_overlays(random, values)


def choose_overlays(random, values):
    """Those of the image and the pod's own, with some in both; most that have something to apply in mode `system`."""
    values["image"]["overlays"] = random.sample(overlays.OF_IMAGES, random.choice([0, 0, 1, 2, 3]))
    values["overlays"] = random.sample(overlays.OF_PODS, random.choice([0, 1, 2, 3]))
    if any(one.get("address") == "pppoe" for one in values["interfaces"]) and random.random() < 0.9:
        values["image"]["overlays"].append("pppoe")
    if values["overlays"] and random.random() < 0.9:
        values["persistence"]["mode"] = "system"
    if random.random() < 0.4:
        options = {"adb_debug": "2", "a": random.choice(MULTILINE)}
        words = [{"section": "global", "options": options}] if "adblock" in values["overlays"] else []
        words += [{"section": "one", "type": "x", "options": {"list": ["mine"]}}]
        values.setdefault("uci", {})["adblock" if words[0]["section"] == "global" else "zz"] = words
    if random.random() < 0.3:
        values["firstBoot"] = {"60-sqm": "exit 0"}


def choose_uci(random):
    secret = lambda: {"secretKeyRef": {"name": random.choice(["vpn", "on"]), "key": random.choice(["a.key", "0644", "b"])}}
    value = lambda: random.choice([random.choice(MULTILINE), random.sample(MULTILINE, 2), "", [], ["one"], secret()])
    options = lambda: {name: value() for name in random.sample(["name", "proto", "network", "input", "server", "zz", "A_1"], random.randint(0, 3))}
    known = {
        "firewall": ["zone_lan", "defaults", "cluster_ping"],
        "dhcp": ["dnsmasq", "odhcpd"],
        "network": ["globals", "loopback"],
        "system": ["system", "ntp"],
        "dropbear": [],
        "my-app_1": [],
    }
    chosen = {}
    for file in random.sample(sorted(known), random.randint(1, 3)):
        sections = [{"section": name, "options": options()} for name in random.sample(known[file], min(len(known[file]), random.randint(0, 2)))]
        for _ in range(random.randint(0, 2)):
            sections.append(
                random.choice(
                    [
                        {"section": f"mine_{random.randrange(99)}", "type": random.choice(["rule", "my-type"]), "options": options()},
                        {"section": f"@{random.choice(['rule', 'zone', 'dropbear'])}[{random.choice([0, 0, 0, 1, -1, 2])}]", "options": options()},
                    ]
                )
            )
        random.shuffle(sections)
        chosen[file] = list({one["section"]: one for one in sections}.values())
    return chosen
