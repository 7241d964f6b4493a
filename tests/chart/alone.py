"""What only values can say: wrtpod's documents have no words for it."""

import hashlib
import json
import pathlib
import re
import time

import bases
import documents
import engine
import objects
import values

NETWORKS = "k8s.v1.cni.cncf.io/networks"
SUBSTITUTE = "kustomize.toolkit.fluxcd.io/substitute"


def check(report, wrtpod, flux):
    for profile in bases.PROFILES:
        [[_, folder], [lifted, full]] = bases.charts(wrtpod, profile)
        check_taken_away(report, profile, engine.Engine(full), lifted["containers"])
        chart = Chart(report, profile, engine.Engine(folder), flux)
        chart.check_existing()
        chart.check_created()
        chart.check_own()
        chart.check_pod()
        chart.check_hostile()
        chart.check_substitution()
        if profile == "openwrt":
            chart.check_credentials()
            chart.check_reserved()
            chart.check_noted()
            chart.check_secrets(wrtpod)
        else:
            chart.check_large()
        chart.show_time()


def check_taken_away(report, profile, helm, containers):
    """A container of the document's is a value: `null` takes it away."""
    for gone in containers:
        values = bases.given(profile, {"containers": {gone: None}})
        pod = objects.by_identity(helm.render(values, bases.NAME, bases.NAMESPACE))
        left = {name for one in pod.values() if one["kind"] == "StatefulSet" for name in names_of(one)}
        report.check(f"{profile}: {gone} is taken away", left & set(containers) == set(containers) - {gone}, left)


def names_of(workload):
    return [one["name"] for one in workload["spec"]["template"]["spec"]["containers"]]


# Sections of settings: file, section, type. A named one of `network` without a type is an interface.
SECTIONS = [
    ("network", "lan", ""),
    ("network", "wg0", "interface"),
    ("network", "@wireguard_wg0[0]", ""),
    ("wireless", "ap", "wifi-iface"),
    ("wireless", "phone", "wifi-station"),
    ("dropbear", "@dropbear[0]", ""),
    ("dropbear", "@dropbear[-1]", ""),
    ("dropbear", "two", "dropbear"),
    ("system", "@system[0]", ""),
    ("system", "interface", "led"),
    ("my-app", "main", "system"),
    ("my-app", "other", "app"),
]
OPTIONS = ["secret", "Secret", "key", "KEY", "pin", "Password", "password", "token", "TOKEN", "My_Api_Key", "api_key_file", "name", "PasswordAuth", "PWD", "Pwd", "passthrough", "bypass", "pass_filter"]
OPEN = ["", "1", "ab", "$p$root", "$p", "/etc/key", "/ab=", "="]


class Chart:
    def __init__(self, report, profile, helm, flux):
        self.report, self.profile, self.helm, self.flux = report, profile, helm, flux
        self.default = self.render({})

    def render(self, values):
        return objects.by_identity(self.helm.render(bases.given(self.profile, values), bases.NAME, bases.NAMESPACE))

    def check(self, what, good, detail=""):
        self.report.check(f"{self.profile}: {what}", good, detail)

    def check_existing(self):
        word = "none" if self.profile == "generic" else "dhcp"
        interfaces = [{"network": name, "address": word} for name in ("lan", "new")]
        networks = {"lan": {"existing": "other/mine"}, "new": {"existing": "ours"}}
        got = self.render({"networks": networks, "interfaces": interfaces})
        places = [(one.get("namespace"), one["name"]) for one in json.loads(annotations(got)[NETWORKS])]
        self.check("an existing attachment is asked for", places == [("other", "mine"), (None, "ours")], places)
        self.check("an existing attachment is not made", not attachments(got), attachments(got))
        networks["lan"]["existing"] = f"{bases.NAMESPACE}/mine"
        got = self.render({"networks": networks, "interfaces": interfaces})
        first = json.loads(annotations(got)[NETWORKS])[0]
        self.check("the release's own namespace is not named", "namespace" not in first, first)

    def check_created(self):
        """Values of an earlier chart have `create`."""
        got = self.render({"networks": {"lan": {"create": True}}})
        self.check("an attachment is always made", attachments(got) == attachments(self.default), attachments(got))

    def check_own(self):
        """Two releases in one namespace have nothing in common."""
        values = bases.given(self.profile, {})
        names = [attachments(objects.by_identity(self.helm.render(values, name, bases.NAMESPACE))) for name in ("a", "b")]
        self.check("no attachment is another release's", names[0] and not set(names[0]) & set(names[1]), names)
        for name, one in self.default.items():
            if name in attachments(self.default):
                digest = hashlib.sha256(one["spec"]["config"].encode()).hexdigest()[:10]
                self.check(f"{name} ends in a digest of its content", name.endswith(f"-{digest}"), digest)

    def check_pod(self):
        affinity = {"podAffinity": {"x": 1}}
        got = self.render({"affinity": affinity})
        self.check("an affinity of one's own stands alone", pod(got)["affinity"] == affinity, pod(got)["affinity"])
        probe = {"name": "WHERE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}
        volume = {"name": "x", "hostPath": {"path": "/x"}}
        mount = {"name": "x", "mountPath": "/x"}
        got = self.render({"extraEnv": [probe], "extraVolumes": [volume], "extraVolumeMounts": [mount]})
        main = pod(got)["containers"][0]
        last = [main["env"][-1], pod(got)["volumes"][-1], main["volumeMounts"][-1]]
        self.check("what is extra comes last", last == [probe, volume, mount], last)

    def check_hostile(self):
        odd = bases.given(self.profile, {"image": {"tag": "on: yes # x"}})
        message = self.helm.refusal(odd, bases.NAME, bases.NAMESPACE)
        self.check("a tag that is none is refused", "/image/tag" in message, message)
        text = "{{ fail \"x\" }}\n- a: 'b'\n\t\"\\\n%s"
        got = self.render({"annotations": {"example.org/a": text}})
        metadata = next(one for name, one in got.items() if name.startswith("StatefulSet"))["metadata"]
        self.check("a text stays what it is", metadata["annotations"]["example.org/a"] == text, metadata)

    def check_substitution(self):
        """Flux leaves every text of the values alone, and a user can have it otherwise, for all objects or for the Service."""
        text = {"example.org/a": "${HOME} ${x"}
        values = {"annotations": text, "podAnnotations": text, "service": {"annotations": text}}
        if self.profile == "openwrt":
            values |= {"firstBoot": {"10-x": "rm -rf \"/srv/${x:?}\""}, "uci": {"my-app": [{"section": "a", "type": "b", "options": {"c": "${HOME}"}}]}}
            values["credentials"] = {"passwordHash": "$6$a$b", "authorizedKeys": "ssh-ed25519 AAAA ${x\n"}
        else:
            values["extraEnv"] = [{"name": "A", "value": "${HOME}"}]
        given = bases.given(self.profile, values)
        touched = self.flux.touched(self.helm.manifests(given, bases.NAME, bases.NAMESPACE))
        self.check("Flux' substitution leaves texts alone", not touched, touched)
        choice = {"kustomize.toolkit.fluxcd.io/substitute": "enabled"}
        for values in [{"annotations": choice}, {"service": {"annotations": choice}}]:
            got = {(one["kind"], one["metadata"]["annotations"][SUBSTITUTE]) for one in self.render(values).values()}
            self.check(f"{list(values)[0]}: who wants Flux to substitute says so", ("Service", "enabled") in got, got)
            self.check(f"{list(values)[0]}: … and it never does so in scripts and settings", ("ConfigMap", "disabled") in got and ("ConfigMap", "enabled") not in got, got)

    def check_large(self):
        # Without a MAC and an address of its own, an appliance may have many pods.
        network = {"kind": "ipvlan", "parent": "eno1", "subnets": ["10.9.0.0/16"], "pool": ["10.9.1.0-10.9.2.0"]}
        values = {"replicas": 12345678, "networks": {"many": network}, "interfaces": [{"network": "many", "address": "pool"}]}
        got = next(one for name, one in self.render(values).items() if name.startswith("StatefulSet"))
        replicas = got["spec"]["replicas"]
        self.check("a large number stays a number", replicas == 12345678 and isinstance(replicas, int), replicas)

    def check_noted(self):
        """Of a ConfigMap that a client-side apply does not take."""
        for size, noted in [(150 << 10, False), (210 << 10, True)]:
            values = bases.given(self.profile, {"firstBoot": {"10-x": ": \n" * (size // 4)}})
            notes = next(text for path, text in self.helm.texts(values, bases.NAME, bases.NAMESPACE) if path.endswith("NOTES.txt"))
            self.check(f"{size} bytes of settings: {'a note' if noted else 'no note'}", ("ServerSideApply=true" in notes) == noted, notes)

    def check_secrets(self, wrtpod):
        """What the notes call a secret is what wrtpod calls one in the document that says the same."""
        lists = pathlib.Path(self.helm.folder, "templates/_privilege.tpl").read_text()
        lists = json.loads(re.search('define "wrtpod.secretNames" -}}\n(.*)\n', lists)[1])
        of_types = [one.split(" ")[1] for one in lists["ofTypes"] + lists["harmless"]]
        options = sorted({*OPTIONS, *lists["names"], *of_types, *(f"x{end}" for end in lists["ends"])})
        of_names = dict.fromkeys(options, "a secret")
        of_lists = dict.fromkeys(options, ["/a/path", "a secret"])
        for what, options in [("names", of_names), ("lists", of_lists)]:
            self.compare_secrets(wrtpod, what, options, True)
        for name, text in [*(("password", text) for text in OPEN), ("key", "1"), ("key", "5")]:
            # Of a Wi-Fi's keys, one figure is the number of another.
            open_ = text not in ("", "$p$root", "/etc/key") and (name, text) != ("key", "1")
            for value in (text, [text], ["", text]):
                self.compare_secrets(wrtpod, f"{name}: {value!r}", {name: value}, open_)

    def compare_secrets(self, wrtpod, what, options, found):
        uci = {}
        for file, section, kind in SECTIONS:
            uci.setdefault(file, []).append({"section": section, "options": options, **({"type": kind} if kind else {})})
        given = bases.given(self.profile, {"uci": uci})
        notes = self.helm.notes(given, bases.NAME, bases.NAMESPACE)
        noted = [(file, uci[file][int(at)]["section"], option) for file, at, option in re.findall(r"uci\.([a-z-]+)\[(\d+)\]\.options\.(\w+): it is a secret", notes)]
        path = wrtpod.write(documents.documents(values.laid_over(bases.VALUES, given), self.profile, bases.NAME, bases.NAMESPACE, {}))
        _, _, said = wrtpod.run("render", "-f", path, "--message-format", "json")
        warned = re.findall(r"`uci\.([a-z-]+)\.([^` ]+)\.(\w+)` is a secret", said)
        differing = sorted(set(noted) ^ set(warned))
        self.check(f"secrets in the notes: {what}", not differing and len(noted) == len(warned), differing)
        self.check(f"secrets in the notes: {what}: found", bool(noted) == found, noted)

    def check_credentials(self):
        hash_and_keys = {"passwordHash": "$6$a$b", "authorizedKeys": "ssh-ed25519 AAAA x\n"}
        made = self.render({"credentials": hash_and_keys})
        name = f"{bases.NAME}-credentials"
        wanted = {"password-hash": "$6$a$b", "authorized_keys": "ssh-ed25519 AAAA x\n"}
        self.check("a hash becomes a Secret", made.get(f"Secret {name}", {}).get("stringData") == wanted, list(made))
        there = self.render({"credentials": {"existingSecret": "root"}})
        used = [secrets_of(one) for one in (self.default, made, there)]
        self.check("the pod has the Secret", used == [{name}, {name}, {"root"}], used)
        secrets = [one for one in (*self.default, *there) if one.startswith("Secret")]
        self.check("no other Secret is made", not secrets, secrets)

    def check_reserved(self):
        """The longest free row of 100 to 249: 217 to 249 behind the pool is shorter."""
        serving = [{"network": "lan", "address": ["192.168.1.9/24"], "serve": True}]
        reserved = ["192.168.1.120", "192.168.1.150-192.168.1.160"]
        for addresses, wanted in [([], ("100", "100")), (reserved, ("161", "39"))]:
            got = self.render({"interfaces": serving, "reservedAddresses": addresses})
            text = got[f"ConfigMap {bases.NAME}-plan"]["data"]["uci.dhcp"]
            found = [re.search(rf"option {word} '(\d+)'", text).group(1) for word in ("start", "limit")]
            self.check(f"DHCP leaves {addresses or 'the pool'} alone", found == list(wanted), found)

    def show_time(self):
        """For the reader: machines differ."""
        values = bases.given(self.profile, {"multus": {"check": False}})
        times = []
        for _ in range(20):
            start = time.perf_counter()
            self.helm.chart.render(values, name=bases.NAME, namespace=bases.NAMESPACE)
            times.append(time.perf_counter() - start)
        print(f"# {self.profile}: {min(times) * 1000:.1f} ms for a rendering, at best")


def pod(rendered):
    return next(one for name, one in rendered.items() if name.startswith("StatefulSet"))["spec"]["template"]["spec"]


def annotations(rendered):
    found = next(one for name, one in rendered.items() if name.startswith("StatefulSet"))
    return found["spec"]["template"]["metadata"]["annotations"]


def attachments(rendered):
    return [name for name in rendered if name.startswith("NetworkAttachmentDefinition")]


def secrets_of(rendered):
    [volume] = [one for one in pod(rendered)["volumes"] if one["name"] == "wrtpod-credentials"]
    return {one["secret"]["name"] for one in volume["projected"]["sources"]}
