"""What wrtpod refuses: the name of its rule, the value that the chart's message names, and the choices."""

import json


def lan(**changes):
    return {"networks": {"lan": changes}}


def nic(**changes):
    """One interface on the LAN; other words beside its address."""
    return {"interfaces": [{"network": "lan", "address": ["192.168.1.9/24"], **changes}]}


def address(*addresses, **changes):
    return nic(address=list(addresses), **changes)


def two(first, second):
    return {"interfaces": [{"network": "lan", "address": "dhcp", **first}, {"network": "iot", "address": "dhcp", **second}]}


def fixed(first, second):
    """An address on each network, and other words beside them."""
    one = {"network": "lan", "address": ["192.168.1.9/24"], **first}
    return {"interfaces": [one, {"network": "iot", "address": ["192.168.2.9/24"], **second}]}


def amounts(requests, limits):
    return {"resources": {"requests": requests, "limits": limits}}


def tolerating(**changes):
    return {"tolerations": [{"key": "a", **changes}]}


def at_boot(*overlays, **changes):
    return {"persistence": {"mode": "system"}, "overlays": list(overlays), **changes}


def uci(file, **section):
    return {"uci": {file: [section]}}


def host_path(path, **changes):
    return {"extraVolumes": [{"name": "x", "hostPath": {"path": path}}], **changes}


TOKEN = {"extraVolumes": [{"name": "x", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}]}
UNCONFINED = {"container.apparmor.security.beta.kubernetes.io/x": "unconfined"}
MAC = "02:00:00:00:00:01"
# A second name for the LAN.
SAME_WIRE = {"networks": {"matter": {"kind": "macvlan", "parent": "enp3s0", "subnets": ["192.168.1.0/24"]}}}
# Two names for one attachment of somebody else's.
SAME_NAD = {"networks": {"lan": {"existing": "mine"}, "iot": {"existing": "appliances/mine", "subnets": ["192.168.1.0/24"]}}}


def beside(address):
    return {"interfaces": [{"network": "lan", "address": ["192.168.1.9/24"]}, {"network": "matter", "address": [address]}]}


def container(name="x", **changes):
    return {"containers": {name: {"image": "a/b:1"} | changes}}


def mounting(*mounts):
    """A container that mounts a volume of the values."""
    scratch = {"extraVolumes": [{"name": "scratch", "emptyDir": {}}], "extraVolumeMounts": [{"name": "scratch", "mountPath": "/scratch"}]}
    return scratch | container(volumeMounts=[{"name": name, "mountPath": path} for name, path in mounts])


BOTH = ["generic", "openwrt"]
# Rule, profiles, value, choices.
def route(**changes):
    return {"httpRoute": {"enabled": True, "parentRefs": [{"name": "internal"}]} | changes}


REFUSED = [
    ("missing-key", ["openwrt"], "uci.network[0].options.private_key", uci("network", section="wg0", type="interface", options={"private_key": {"secretKeyRef": {"name": "a"}}})),
    ("no-interfaces", BOTH, "interfaces", {"interfaces": []}),
    ("unknown-network", BOTH, "interfaces[0].network", nic(network="lam")),
    ("mac-not-unicast", BOTH, "interfaces[0].mac", nic(mac="03:00:00:00:00:01")),
    ("mac-not-unicast", BOTH, "interfaces[0].mac", nic(mac="00-00-00-00-00-00")),
    ("duplicate-mac", BOTH, "interfaces[1].mac", two({"mac": MAC}, {"mac": MAC.replace(":", "-")})),
    ("mac-not-honoured", ["generic"], "interfaces[0].mac", lan(kind="ipvlan") | nic(mac=MAC)),
    ("duplicate-interface", BOTH, "interfaces[1].name", two({}, {"name": "lan"})),
    ("interface-name", BOTH, "interfaces[0].name", nic(name="eth0")),
    ("interface-name", BOTH, "interfaces[0].name", nic(name="Lan")),
    ("interface-name", ["openwrt"], "interfaces[0].name", nic(name="lan-1")),
    ("interface-name", ["openwrt"], "interfaces[0].name", nic(name="cluster_x")),
    ("interface-name", ["openwrt"], "interfaces[0].name", lan(kind="bridge") | nic(name="a234567890123", bridge=True)),
    ("interface-name", ["openwrt"], "interfaces[0].name", fixed({"serve": True, "name": "iot6"}, {"address": "dhcp"})),
    ("salt-missing", BOTH, "salt", {"salt": ""}),
    ("replicas-fixed-identity", BOTH, "replicas", {"replicas": 2}),
    ("two-default-routes", BOTH, "interfaces[1].defaultRoute", fixed({"defaultRoute": True}, {"gateways": ["192.168.2.1"], "defaultRoute": True})),
    ("two-discovery-nics", BOTH, "interfaces[1].discovery", two({"discovery": True}, {"discovery": True})),
    ("address-reserved", BOTH, "interfaces[0].address", address("127.0.0.1/8")),
    ("address-reserved", BOTH, "interfaces[0].address", address("192.168.1.0/24")),
    ("address-reserved", BOTH, "interfaces[0].address", address("192.168.1.255/24")),
    ("address-reserved", BOTH, "interfaces[0].address", address("fd00:1::/64")),
    ("address-outside-subnet", BOTH, "interfaces[0].address", address("192.168.7.9/24")),
    ("address-outside-subnet", BOTH, "interfaces[0].address", address("fd00:2::9/64")),
    ("address-prefix", BOTH, "interfaces[0].address", address("192.168.1.9/25")),
    ("address-is-gateway", BOTH, "interfaces[0].address", address("192.168.1.1/24")),
    ("address-in-pool", BOTH, "interfaces[0].address", address("192.168.1.216/24")),
    ("address-in-pool", BOTH, "interfaces[1].address", SAME_WIRE | beside("192.168.1.216/24")),
    ("address-is-gateway", BOTH, "interfaces[1].address", SAME_WIRE | beside("192.168.1.1/24")),
    ("duplicate-address", BOTH, "interfaces[0].address", address("192.168.1.9/24", "192.168.1.9/24")),
    ("duplicate-address", BOTH, "interfaces[0].address", address("fd00:1::9/64", "FD00:1:0:0:0::0009/64")),
    ("duplicate-address", BOTH, "interfaces[1].address", SAME_NAD | fixed({}, {"address": ["192.168.1.9/24"]})),
    ("address-mix", BOTH, "interfaces[0].address", address("dhcp", "192.168.1.9/24")),
    ("bad-value", BOTH, "interfaces[0].address", address("192.168.1.256/24")),
    ("bad-value", BOTH, "interfaces[0].address", address("fd00:::1/64")),
    ("gateway-address", BOTH, "interfaces[0].address", nic(address="gateway")),
    ("gateway-address", ["openwrt"], "interfaces[0].address", lan(gateways=[]) | nic(address="gateway", serve=True)),
    ("address-missing", ["generic"], "interfaces[0].address", {"interfaces": [{"network": "lan"}]}),
    ("pool-missing", ["generic"], "interfaces[0].address", lan(pool=[]) | nic(address="pool")),
    ("pool-many-nodes", ["generic"], "interfaces[0].address", nic(address="pool") | {"nodes": ["a", "b"]}),
    ("no-effect", BOTH, "networks.lan.ipam", lan(pool=[], ipam="whereabouts")),
    ("pool-range", BOTH, "networks.lan.pool[1]", lan(pool=["192.168.1.200-192.168.1.216", "192.168.1.220-192.168.1.230"], ipam="whereabouts")),
    ("pool-without-ipam", ["openwrt"], "interfaces[0].address", nic(address="pool")),
    ("serve-generic", ["generic"], "interfaces[0].serve", nic(serve=True)),
    ("serve-needs-address", ["openwrt"], "interfaces[0].serve", nic(address="dhcp", serve=True)),
    ("two-servers", ["openwrt"], "interfaces[1].serve", fixed({"serve": True}, {"network": "lan", "name": "b", "address": ["192.168.1.10/24"], "serve": True})),
    ("own-server", ["openwrt"], "interfaces[1].address", fixed({"serve": True}, {"network": "lan", "name": "b", "address": "dhcp"})),
    ("own-server", ["openwrt"], "interfaces[1].address", SAME_NAD | fixed({"serve": True}, {"address": "dhcp"})),
    ("no-effect", ["openwrt"], "interfaces[0].gateways", nic(address="dhcp", gateways=["192.168.1.1"])),
    ("gateway-family", BOTH, "interfaces[0].gateways[1]", nic(gateways=["192.168.1.1", "192.168.1.2"])),
    ("gateway-family", BOTH, "interfaces[0].gateways[0]", nic(gateways=["fe80::1"])),
    ("gateway-outside-subnet", BOTH, "interfaces[0].gateways[0]", nic(gateways=["192.168.7.1"])),
    ("dns-in-cluster", ["openwrt"], "interfaces[0].dns[0]", nic(dns=["10.43.0.10"])),
    ("profile-mismatch", ["generic"], "interfaces[0].address", nic(address="pppoe")),
    ("pppoe-device", ["openwrt"], "interfaces[0].address", nic(address="pppoe")),
    ("no-effect", ["openwrt"], "interfaces[0].gateways", nic(address="pppoe", gateways=["192.168.1.1"]) | {"image": {"overlays": ["pppoe"]}}),
    ("interface-name", ["openwrt"], "interfaces[0].name", fixed({"serve": True, "name": "iot6"}, {"address": "pppoe"}) | {"image": {"overlays": ["pppoe"]}}),
    ("default-route-without-gateway", BOTH, "interfaces[0].defaultRoute", nic(address="none", defaultRoute=True)),
    ("default-route-without-gateway", BOTH, "interfaces[0].defaultRoute", lan(gateways=[]) | nic(defaultRoute=True)),
    ("guest-needs-l2", ["openwrt"], "interfaces[0].network", lan(kind="vlan", vlan=2)),
    ("guest-needs-l2", ["openwrt"], "interfaces[0].network", lan(kind="ipvlan")),
    ("guest-bridge-macvlan", ["openwrt"], "interfaces[0].bridge", nic(bridge=True)),
    ("link-needs-address", ["generic"], "interfaces[0].address", lan(kind="vlan", vlan=2) | nic(address="none")),
    ("dhcp-before-mac", ["generic"], "interfaces[0].address", lan(kind="hostDevice") | nic(address="dhcp")),
    ("dhcp-shared-mac", ["generic"], "interfaces[0].address", lan(kind="ipvlan") | nic(address="dhcp")),
    ("dhcp-without-ipv4", ["generic"], "interfaces[0].address", lan(subnets=["fd00:1::/64"], gateways=[], pool=[]) | nic(address="dhcp")),
    ("vlan-shared-node", ["generic"], "interfaces[1].network", lan(kind="vlan", vlan=2) | fixed({}, {})),
    ("parent-exclusive", BOTH, "interfaces[1].network", lan(kind="hostDevice") | fixed({}, {})),
    ("missing-key", ["generic"], "networks.lan.vlan", lan(kind="vlan")),
    ("parent-too-long", BOTH, "networks.lan.parent", lan(parent="enp3s0f0123456", vlan=12)),
    ("wifi-parent", BOTH, "networks.lan.parent", lan(parent="wlan0")),
    ("parent-no-lan", BOTH, "networks.lan.parent", lan(parent="lo")),
    ("parent-no-lan", BOTH, "networks.lan.parent", lan(parent="flannel.1")),
    ("parent-no-lan", BOTH, "networks.lan.parent", lan(parent="veth1a2b3c4d", vlan=2)),
    ("subnet-no-lan", BOTH, "networks.iot.subnets[0]", {"networks": {"iot": {"subnets": ["127.0.0.0/8"]}}}),
    ("subnet-no-lan", BOTH, "networks.iot.subnets[0]", {"networks": {"iot": {"subnets": ["ff02::/16"]}}}),
    ("subnet-no-lan", BOTH, "networks.iot.subnets[0]", {"networks": {"iot": {"subnets": ["192.0.0.0/2"]}}}),
    ("subnet-overlaps-cluster", BOTH, "networks.iot.subnets[0]", {"networks": {"iot": {"subnets": ["10.0.0.0/8"]}}}),
    ("gateway-family", BOTH, "networks.lan.gateways[1]", lan(gateways=["192.168.1.1", "192.168.1.2"])),
    ("gateway-outside-subnet", BOTH, "networks.lan.gateways[0]", lan(gateways=["192.168.7.1"])),
    ("address-reserved", BOTH, "networks.lan.gateways[0]", lan(gateways=["192.168.1.255"])),
    ("address-reserved", BOTH, "networks.lan.gateways[0]", lan(gateways=["127.0.0.1"])),
    ("dns-in-cluster", BOTH, "networks.lan.dns[0]", lan(dns=["10.42.0.10"])),
    ("pool-range", BOTH, "networks.lan.pool[0]", lan(pool=["192.168.7.1-192.168.7.2"])),
    ("pool-range", BOTH, "networks.lan.pool[0]", lan(pool=["192.168.1.0-192.168.1.3"])),
    ("pool-range", BOTH, "networks.lan.pool[0]", lan(pool=["fd00:1::-fd00:1::3"])),
    ("pool-range", BOTH, "networks.lan.pool[0]", lan(pool=["192.168.1.1-192.168.1.3"])),
    ("pool-range", BOTH, "networks.lan.pool[1]", lan(pool=["192.168.1.200-192.168.1.216", "192.168.1.210-192.168.1.220"])),
    ("bad-value", BOTH, "networks.lan.pool[0]", lan(pool=["192.168.1.216-192.168.1.200"])),
    ("mtu-range", BOTH, "networks.lan.mtu", lan(mtu=1279)),
    ("sysctl-not-net", BOTH, "networks.lan.sysctls.vm.swappiness", lan(sysctls={"vm.swappiness": "1"})),
    ("chain-sbr", BOTH, "networks.lan.chain[0]", lan(chain=['{"type": "sbr"}'])),
    ("route-value", BOTH, "networks.lan.routes[0]", lan(gateways=[], routes=[{"to": "10.50.0.0/16"}])),
    ("route-value", BOTH, "networks.lan.routes[0]", lan(routes=[{"to": "0.0.0.0/0", "via": "192.168.1.5"}])),
    ("route-value", BOTH, "networks.lan.routes[0]", lan(routes=[{"to": "10.42.3.0/24"}])),
    ("route-value", BOTH, "networks.lan.routes[0]", lan(routes=[{"to": "10.50.0.0/16", "via": "fe80::1"}])),
    ("route-value", BOTH, "interfaces[0].routes[1]", nic(routes=[{"to": "10.50.0.0/16"}, {"to": "10.50.0.0/16", "via": "192.168.1.5"}])),
    ("route-value", BOTH, "interfaces[1].routes[0]", fixed({"routes": [{"to": "10.50.0.0/16"}]}, {"routes": [{"to": "10.50.0.0/16", "via": "192.168.2.1"}]})),
    ("gateway-outside-subnet", BOTH, "interfaces[0].routes[0]", nic(routes=[{"to": "10.50.0.0/16", "via": "192.168.7.1"}])),
    ("no-effect", BOTH, "interfaces[0].sourceRouting", lan(gateways=[]) | nic(sourceRouting=True)),
    ("no-effect", ["openwrt"], "interfaces[0].sourceRouting", nic(sourceRouting=True, serve=True)),
    ("two-policy-routers", ["openwrt"], "interfaces[0].sourceRouting", nic(sourceRouting=True) | {"image": {"overlays": ["mwan3"]}}),
    ("interface-name", ["openwrt"], "interfaces[1].name", fixed({"routes": [{"to": "10.50.0.0/16"}]}, {"name": "route_lan_1"})),
    *(("chain-plugin", BOTH, "networks.lan.chain[0]", lan(chain=[text])) for text in ("{}", '{"type": ""}', '{"type": [1]}', '{"type": 1}')),
    *((f"chain-{plugin}", BOTH, "networks.lan.chain[0]", lan(chain=[json.dumps({"type": plugin})])) for plugin in ("portmap", "firewall")),
    ("chain-bandwidth", BOTH, "networks.lan.chain[0]", lan(chain=['{"type": "bandwidth", "egressRate": 1000000, "egressBurst": 1000000}'])),
    ("chain-link", BOTH, "networks.lan.chain[0]", lan(chain=['{"type": "bridge", "isGateway": true}'])),
    ("ipvlan-modes", ["generic"], "interfaces[1].network", {"networks": {"lan": {"kind": "ipvlan", "vlan": 2}, "iot": {"kind": "ipvlan", "mode": "l3"}}} | fixed({}, {})),
    ("ipvlan-beside-macvlan", ["generic"], "interfaces[1].network", {"networks": {"lan": {"kind": "ipvlan", "vlan": 2}}} | fixed({}, {})),
    ("unknown-port", BOTH, "service.ports[0]", {"service": {"ports": ["https"]}}),
    ("unknown-port", BOTH, "service.enabled", {"ports": [], "service": {"ports": []}}),
    ("duplicate-port", BOTH, "ports[1].port", {"ports": [{"name": "http", "port": 80}, {"name": "web", "port": 80, "protocol": "TCP"}]}),
    ("ingress-without-service", BOTH, "ingress.enabled", {"service": {"enabled": False}, "ingress": {"enabled": True, "host": "a.example.org"}}),
    ("unknown-port", BOTH, "ingress.port", {"ingress": {"enabled": True, "host": "a.example.org", "port": "web"}}),
    ("unknown-port", BOTH, "ingress.port", {"ingress": {"enabled": True, "host": "a.example.org"}, "ports": [{"name": "dns", "port": 53, "protocol": "UDP"}], "service": {"ports": []}}),
    ("unknown-port", BOTH, "ingress.port", {"ingress": {"enabled": True, "host": "a.example.org", "port": "dns"}, "ports": [{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "http", "port": 80}], "service": {"ports": []}}),
    ("ingress-host", BOTH, "ingress.host", {"ingress": {"enabled": True, "host": "192.168.1.9"}}),
    ("ingress-host", BOTH, "ingress.host", {"ingress": {"enabled": True, "host": "https://a.example.org"}}),
    ("ingress-host", BOTH, "ingress.path", {"ingress": {"enabled": True, "host": "a.example.org", "path": "x"}}),
    ("route-parent", BOTH, "httpRoute.parentRefs", route(parentRefs=[])),
    ("ingress-without-service", BOTH, "httpRoute.enabled", route() | {"service": {"enabled": False}}),
    ("unknown-port", BOTH, "httpRoute.port", route(port="web")),
    ("unknown-port", BOTH, "httpRoute.port", route() | {"ports": [{"name": "http", "port": 80, "protocol": "UDP"}]}),
    ("ingress-host", BOTH, "httpRoute.hostnames[1]", route(hostnames=["a.example.org", "a.example.org:80"])),
    ("ingress-host", BOTH, "httpRoute.path", route(path="//x")),
    ("reserved-key", BOTH, "labels.app.kubernetes.io/name", {"labels": {"app.kubernetes.io/name": "x"}}),
    ("reserved-key", BOTH, "podAnnotations.wrtpod.dev/x", {"podAnnotations": {"wrtpod.dev/x": "x"}}),
    ("label-syntax", BOTH, "podLabels.a", {"podLabels": {"a": "on: {{ x }} # y"}}),
    ("label-syntax", BOTH, "labels.a b", {"labels": {"a b": "x"}}),
    ("label-syntax", BOTH, "annotations.-a", {"annotations": {"-a": "x"}}),
    ("label-syntax", BOTH, "nodeSelector.a", {"nodeSelector": {"a": "-"}}),
    ("port-name", BOTH, "ports[0].name", {"ports": [{"name": "80", "port": 80}], "service": {"ports": []}}),
    ("request-above-limit", BOTH, "resources.requests.memory", amounts({"memory": "1025Mi"}, {"memory": "1Gi"})),
    ("request-above-limit", BOTH, "resources.requests.cpu", amounts({"cpu": "1100m"}, {"cpu": "1"})),
    ("request-above-limit", BOTH, "containers.x.resources.requests.memory", container(**amounts({"memory": "2Gi"}, {"memory": "1Gi"}))),
    ("reserved-name", ["generic"], "containers.wire", container("wire")),
    ("reserved-name", ["generic"], "containers.appliance", container("appliance")),
    ("reserved-name", ["openwrt"], "containers.prepare", container("prepare")),
    ("reserved-name", ["openwrt"], "containers.openwrt", container("openwrt")),
    ("missing-key", BOTH, "containers.x", {"containers": {"x": {"command": ["a"]}}}),
    ("bad-value", BOTH, "containers.x.capabilities[0]", container(capabilities=["ALL"])),
    ("unknown-volume", BOTH, "containers.x.volumeMounts[0].name", container(volumeMounts=[{"name": "scratch", "mountPath": "/scratch"}])),
    *(("mount-path", BOTH, "containers.x.volumeMounts[0].mountPath", mounting(("scratch", path))) for path in ("scratch", "/", "/a/../b", "/a:b", "/a//b")),
    ("bad-value", BOTH, "resources.limits.cpu", amounts({}, {"cpu": "2 cores"})),
    ("not-kubernetes", BOTH, "tolerations[0]", tolerating(efect="NoExecute")),
    ("not-kubernetes", BOTH, "tolerations[0].operator", tolerating(operator="In")),
    ("not-kubernetes", BOTH, "tolerations[0].effect", tolerating(effect="noexecute")),
    ("not-kubernetes", BOTH, "tolerations[0].key", tolerating(key="a b")),
    ("not-kubernetes", BOTH, "tolerations[0].value", tolerating(value="-")),
    ("not-kubernetes", BOTH, "tolerations[0].value", tolerating(value=True)),
    ("not-kubernetes", BOTH, "tolerations[0].tolerationSeconds", tolerating(effect="NoExecute", tolerationSeconds=1.5)),
    ("not-kubernetes", BOTH, "tolerations[0]", tolerating(tolerationSeconds=1)),
    ("not-kubernetes", BOTH, "tolerations[0]", tolerating(operator="Exists", value="x")),
    ("not-kubernetes", BOTH, "tolerations[0]", tolerating(key=None)),
    ("claim-size", ["openwrt"], "persistence.size", {"persistence": {"size": "0Mi"}}),
    ("stock-arm-image", ["openwrt"], "image.tag", {"image": {"repository": "openwrt/rootfs", "tag": "armsr-armv8-24.10.4"}}),
    ("bad-value", ["openwrt"], "firstBoot.a b", {"firstBoot": {"a b": "true"}}),
    ("timezone-name", ["openwrt"], "timezone", {"timezone": "Europe/Berlni"}),
    ("timezone-name", ["openwrt"], "zonename", {"zonename": "Europe/Ber'lin"}),
    ("bad-value", BOTH, "extraCapabilities[0]", {"extraCapabilities": ["ALL"]}),
    ("bad-value", BOTH, "extraCapabilities[1]", {"extraCapabilities": ["NET_RAW", "CAP_SYS_NICE"]}),
    ("bad-value", BOTH, "extraCapabilities[0]", {"extraCapabilities": ["net_raw"]}),
    ("privilege-reason", BOTH, "podAnnotations.container.apparmor.security.beta.kubernetes.io/x", {"podAnnotations": UNCONFINED}),
    ("privilege-reason", BOTH, "annotations.container.apparmor.security.beta.kubernetes.io/x", {"annotations": UNCONFINED}),
    ("openwrt-sys-admin", ["openwrt"], "extraCapabilities[0]", {"extraCapabilities": ["SYS_ADMIN"]}),
    ("proc-unmasked", BOTH, "procMount", {"procMount": "Unmasked"}),
    ("proc-unmasked", BOTH, "procMount", {"procMount": "Unmasked", "hostUsers": True}),
    ("no-ipv6", BOTH, "interfaces[0].address", address("192.168.1.9/24", "fd00:1::9/64") | lan(subnets=["192.168.1.0/24", "fd00:1::/64"]) | {"ipv6": False}),
    ("no-ipv6", BOTH, "networks.lan.subnets[1]", nic() | lan(subnets=["192.168.1.0/24", "fd00:1::/64"]) | {"ipv6": False}),
    ("no-ipv6", BOTH, "networks.lan.gateways[1]", nic() | lan(subnets=["192.168.1.0/24"], gateways=["192.168.1.1", "fe80::1"]) | {"ipv6": False}),
    ("no-ipv6", BOTH, "networks.lan.dns[0]", nic() | lan(subnets=["192.168.1.0/24"], dns=["fd00:1::53"]) | {"ipv6": False}),
    ("no-ipv6", BOTH, "networks.lan.routes[0]", nic() | lan(subnets=["192.168.1.0/24"], routes=[{"to": "fd00:9::/64", "via": "fe80::9"}]) | {"ipv6": False}),
    ("user-namespace", BOTH, "networks.lan.sysctls", lan(sysctls={"net.ipv6.route.gc_thresh": "9"}) | nic() | {"hostUsers": False}),
    ("user-namespace", ["openwrt"], "overlays[1]", at_boot("luci", "tailscale", hostUsers=False)),
    ("user-namespace", ["openwrt"], "image.overlays[0]", {"image": {"overlays": ["tailscale"]}, "hostUsers": False}),
    ("uci-value", ["openwrt"], "uci.a b", uci("a b", section="x", type="y")),
    ("uci-value", ["openwrt"], "uci.firewall[0].section", uci("firewall", section="a-b", type="y")),
    ("uci-value", ["openwrt"], "uci.firewall[0].section", uci("firewall", section="@rule[01]")),
    ("uci-section-missing", ["openwrt"], "uci.firewall[0].section", uci("firewall", section="@zone[9]")),
    ("uci-section-missing", ["openwrt"], "uci.firewall[0].section", uci("firewall", section="@zone[-9]")),
    ("uci-section-missing", ["openwrt"], "uci.firewall[0].section", uci("firewall", section="@nothing[-1]")),
    ("uci-value", ["openwrt"], "uci.firewall[0].type", uci("firewall", section="zone_lan", type="rule")),
    ("uci-value", ["openwrt"], "uci.firewall[0].type", uci("firewall", section="a", type="b c")),
    ("uci-value", ["openwrt"], "uci.dropbear[0].type", uci("dropbear", section="@dropbear[0]", type="bogus")),
    ("uci-value", ["openwrt"], "uci.firewall[0].type", uci("firewall", section="@zone[0]", type="rule")),
    ("uci-value", ["openwrt"], "uci.firewall[0].type", uci("firewall", section="a", type="b#c")),
    ("uci-value", ["openwrt"], "uci.firewall[0].section", uci("firewall", section="@b'c[0]")),
    ("uci-value", ["openwrt"], "uci.firewall[0].options.a-b", uci("firewall", section="zone_lan", options={"a-b": "1"})),
    ("uci-value", ["openwrt"], "uci.firewall[0].options.a", uci("firewall", section="zone_lan", options={"a": ["x", "\u007f"]})),
    ("unknown-overlay", ["openwrt"], "overlays[1]", {"overlays": ["settings", "none"]}),
    ("unknown-overlay", ["openwrt"], "image.overlays[0]", {"image": {"overlays": ["none"]}}),
    ("overlay-not-in-image", ["openwrt"], "overlays[1]", {"overlays": ["settings", "wireguard"]}),
    ("overlay-not-in-image", ["openwrt"], "overlays[0]", {"overlays": ["misplaced"]}),
    ("overlay-not-in-image", ["openwrt"], "overlays[1]", at_boot("luci", "misplaced")),
    ("config-too-large", ["openwrt"], "overlays[0]", at_boot("large")),
    ("config-too-large", ["openwrt"], "overlays", at_boot("half", "other-half")),
    ("config-too-large", ["openwrt"], "firstBoot", {"firstBoot": {"a": "true\n" * (210 << 10)}}),
    ("config-too-large", ["openwrt"], "uci", uci("a", section="b", type="c", options={"d": "e" * (1 << 20)})),
    ("overlay-sysctl", ["openwrt"], "overlays[0]", lan(sysctls={"net.ipv4.ip_forward": "0"}) | nic() | at_boot("tailscale")),
    ("overlay-sysctl", ["openwrt"], "image.overlays[1]", lan(sysctls={"net.ipv4.conf.all.rp_filter": "1"}) | nic() | {"image": {"overlays": ["luci", "mwan3"]}}),
    ("uci-value", ["openwrt"], "overlays[1]", at_boot("tailscale", "clash")),
    ("uci-value", ["openwrt"], "uci.zz[0].type", {"overlays": ["settings"], **uci("zz", section="one", type="y")}),
    ("uci-reserved", ["openwrt"], "image.overlays[0]", nic(name="wan") | {"image": {"overlays": ["of-wan"]}}),
    ("uci-section-type", ["openwrt"], "overlays[0]", {"interfaces": [{"network": "iot", "address": "dhcp"}], "overlays": ["of-lan"]}),
    ("uci-section-type", ["openwrt"], "uci.firewall[0].type", uci("firewall", section="mine")),
    ("uci-reserved", ["openwrt"], "uci.network[0].section", uci("network", section="cluster", type="interface")),
    ("uci-reserved", ["openwrt"], "uci.network[0].options.macaddr", uci("network", section="lan", options={"macaddr": MAC})),
]
# What no document can say.
OF_CHARTS_ALONE = [
    (BOTH, "multus.check", {"multus": {"check": True}}),
    (BOTH, "ingress.host", {"ingress": {"enabled": True, "host": ""}}),
    (BOTH, "networks.lan.kind", lan(kind="veth")),
    (BOTH, "networks.lan.mode", lan(mode="l2")),
    (BOTH, "networks.lan.create", lan(create=False)),
    (BOTH, "networks.lan.subnets[0]", lan(subnets=["192.168.1.9/24"])),
    (BOTH, "networks.lan.subnets[0]", lan(subnets=["192.168.1.0"])),
    (BOTH, "networks.lan.routes[0]", lan(routes=[{"to": "10.50.0.9/16"}])),
    (BOTH, "fullnameOverride", {"fullnameOverride": "a" * 51}),
    (BOTH, "fullnameOverride", {"fullnameOverride": "1a"}),
    (["generic"], "fullnameOverride", {"fullnameOverride": "wire"}),
    (BOTH, "extraVolumes[0].name", {"extraVolumes": [{"name": "wrtpod-x", "emptyDir": {}}]}),
    (BOTH, "extraVolumeMounts[0].mountPath", {"extraVolumeMounts": [{"name": "x", "mountPath": "/wrtpod/x"}]}),
    (BOTH, "extraVolumeMounts[0].mountPath", {"extraVolumeMounts": [{"name": "x", "mountPath": "//srv/.././wrtpod"}]}),
    *((BOTH, "extraVolumes[0].hostPath.path", host_path(path)) for path in ("/", "/etc", "/var/lib", "/var/run//docker.sock", "/srv/a/../../etc", "/dev")),
    (BOTH, "extraVolumes[0].hostPath.path", host_path("/etc", allow={"/etc/ssl": "certificates"})),
    (BOTH, "extraVolumes[0].projected.sources", TOKEN),
    *((BOTH, "extraVolumes[0].hostPath.path", host_path(path, hostUsers=False, allow={"/dev": "x"})) for path in ("/dev", "/dev/net/tun", "/run/dbus", "/var/run/dbus/system_bus_socket")),
    (BOTH, "extraVolumes[0].nfs", {"extraVolumes": [{"name": "x", "nfs": {"server": "nas.lan", "path": "/export"}}], "hostUsers": False}),
    (BOTH, "procMount", {"procMount": "Default", "hostUsers": False}),
    (BOTH, "allow", {"allow": {"hostPid": "it lists the node's processes"}}),
    (BOTH, "allow.serviceAccountToken", TOKEN | {"allow": {"serviceAccountToken": " "}}),
    (BOTH, "containers.x.livenessProbe.tcpSocket.port", container(livenessProbe={"tcpSocket": {"port": "http"}})),
    (BOTH, "containers.x.livenessProbe", container(livenessProbe={"tcpSocket": {"port": 5353}}) | {"ports": [{"name": "mdns", "port": 5353, "protocol": "UDP"}]}),
    (BOTH, "containers.x.volumeMounts[1].mountPath", mounting(("scratch", "/a"), ("scratch", "/a/"))),
    (BOTH, "egress.cidrs[0]", {"egress": {"enabled": True, "cidrs": ["10.0.0.1/8"]}}),
    (BOTH, "egress.cidrs[0]", {"egress": {"enabled": True, "cidrs": ["10.0.0.0/33"]}}),
    (["openwrt"], "pair", {"pair": "middle"}),
    (["openwrt"], "reservedAddresses[0]", {"reservedAddresses": ["192.168.1.1500"]}),
    (["openwrt"], "credentials", {"credentials": {"existingSecret": "a", "passwordHash": "$6$x"}}),
    (["openwrt"], "credentials.passwordHash", {"credentials": {"passwordHash": "secret"}}),
    (["openwrt"], "credentials.passwordHash", {"credentials": {"authorizedKeys": "ssh-ed25519 AAAA"}}),
]
# What a reason, or the place, makes right.
ALLOWED = [
    host_path("/var/run/docker.sock", allow={"/run/docker.sock": "it watches the containers of the node"}),
    host_path("/lib/modules"),
    host_path("/mnt/media"),
    host_path("/mnt/media", hostUsers=False),
    host_path("/dev/net/tun", hostUsers=True),
    {"hostUsers": False, "procMount": "Unmasked", "resources": {"limits": {"squat.ai/tun": "1"}}},
    {"hostUsers": False, "resources": {"limits": {"smarter-devices/net_tun": "1"}}},
    TOKEN | {"allow": {"serviceAccountToken": "it lists Services"}},
    {"podAnnotations": UNCONFINED, "allow": {"appArmorUnconfined": "the node's profile forbids what it does"}},
]
# What is taken, and probably not meant: the value, and the choices.
NOTED = {
    "generic": [
        ("resources.limits.memory", {"resources": {"limits": {"memory": 64}}}),
        ("containers.x.resources.limits.memory", container(resources={"limits": {"memory": "64"}})),
        ("hostUsers", {"hostUsers": False, "resources": {"limits": {"squat.ai/tun": "1", "squat.ai/zigbee": "1"}}}),
    ],
    "openwrt": [("hostUsers", {"hostUsers": False, "image": {"overlays": ["pppoe"]}}), ("containers.x.readinessProbe", container(readinessProbe={"httpGet": {"path": "/", "port": 9100}})), ("uci.network[0].options.private_key", uci("network", section="wg0", type="interface", options={"private_key": "abcdef="})), ("interfaces[0].serve", lan(subnets=["192.168.1.0/29"], pool=[]) | nic(address=["192.168.1.6/29"], serve=True) | {"pair": "upper"}), ("persistence.size", {"persistence": {"size": "512"}}), ("resources.requests.memory", {"resources": {"requests": {"memory": "64m"}}})],
}
