"""Overlays of one's own, beside those that come with wrtpod: folders with what those hold in common and what is hard to carry."""

import json
import pathlib

TUN = {"path": "/dev/net/tun"}

# Of one name: the document, scripts, and files of the root: text, bytes, or the target of a link in a list.
FOLDERS = {
    "much": (
        {
            "description": "Much\n of everything.",
            "packages": ["tcpdump", "-luci-light", "a+b.c"],
            "uci": {
                "zz": {"@x[0]": {"a": "1"}, "one": {".type": "x", "list": ["{{ a }}", "it's"], "none": ""}},
                "firewall": {"zone_lan": {".type": "zone", "input": "DROP"}, "much": {".type": "rule", "name": "on", "target": "ACCEPT"}},
                "adblock": {"global": {".type": "adblock", "adb_enabled": 0, "adb_debug": 1}},
                "my-app_1": {},
            },
            "disabledServices": ["cron", "a.b"],
            "requires": {
                "capabilities": {"SYS_NICE": "a reason", "IPC_LOCK": "another"},
                "devices": [TUN, {"resource": "squat.ai/zigbee", "count": 2}, {"resource": "example.org/a"}],
                "sysctls": {"net.ipv4.ip_forward": 1},
                "hostModules": {"tun": "its interface"},
            },
            "notes": "Read {{ this }}.",
        },
        {"60-sqm": "exit 1\n", "10-no-end": "exit 0", "20-odd": "\ta tab first\n\n\n", "30-crlf": "exit 0\r\nx\n", "40-empty": ""},
        {
            "etc/config-of-much": "text of {{ many }} \"quotes\"\n",
            "etc/binary": bytes(range(256)),
            "etc/empty": b"",
            "etc/no end": "two words\nno end",
            "etc/ünï": " starts with a space\n\n",
            "etc/lines": "a\u2028b\u0085c\ufeff\n",
            "usr/bin/link": ["../share/{{ x }}"],
            "usr/share/both": "of much\n",
        },
    ),
    "more": (
        {
            "packages": ["luci-light", "tcpdump"],
            "uci": {"zz": {"one": {".type": "x", "list": ["later"]}, "two": {".type": "x"}}, "dhcp": {"more": {".type": "dhcp", "ignore": 1}}},
            "requires": {"capabilities": {"IPC_LOCK": "more"}, "devices": [{"resource": "squat.ai/zigbee"}]},
        },
        {"60-sqm": "exit 2\n", "11-x": "exit 11\n"},
        {"usr/share/both": ["elsewhere"], "etc/more": b"\xff"},
    ),
    "settings": ({"uci": {"zz": {"one": {".type": "x", "b": "2"}}}, "requires": {"devices": [TUN]}}, {}, {}),
    # What these set depends on the machine's interfaces, and on other overlays.
    "of-wan": ({"uci": {"network": {"wan": {".type": "interface", "macaddr": "02:00:00:00:00:01"}}}}, {}, {}),
    "of-lan": ({"uci": {"network": {"lan": {"metric": "5"}}}}, {}, {}),
    "clash": ({"uci": {"firewall": {"tailscale": {".type": "rule"}}}}, {}, {}),
    # No pod can apply these itself.
    "misplaced": ({"packages": ["tcpdump"]}, {}, {"opt/mine": "x\n"}),
    "large": ({}, {}, {"etc/large": b"\xfe" * ((1 << 20) + 1)}),
    # Nor both of these.
    "half": ({}, {}, {"etc/half": b"x\n" * (300 << 10)}),
    "other-half": ({}, {}, {"etc/other": b"\xfe" * (450 << 10)}),
}

EMBEDDED = ["adblock", "ddns", "luci", "mosquitto", "mwan3", "prometheus-exporter", "sqm", "tailscale", "wireguard"]
OF_IMAGES = ["large", "misplaced", "more", "much", "settings"] + EMBEDDED
OF_PODS = ["more", "much", "settings"] + EMBEDDED


def write(folder):
    """The folders, where `reference` finds them."""
    for name, (spec, scripts, files) in FOLDERS.items():
        at = pathlib.Path(folder, "overlays", name)
        document = {"apiVersion": "wrtpod.dev/v1alpha1", "kind": "Overlay", "metadata": {"name": name}, "spec": spec}
        contents = {"overlay.yaml": json.dumps(document)}
        contents |= {f"uci-defaults/{script}": text for script, text in scripts.items()}
        contents |= {f"files/{path}": content for path, content in files.items()}
        for path, content in contents.items():
            path = at / path
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, list):
                path.symlink_to(content[0])
            else:
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
        for path in (at / "files").glob("**/*"):
            if path.is_file() and not path.is_symlink():
                path.chmod(0o755 if path.parent.name == "bin" or path.name == "binary" else 0o644)


def reference(name):
    """How documents name it, from a file beside the folder `overlays`."""
    return f"./overlays/{name}" if name in FOLDERS else name
