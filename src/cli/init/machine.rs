//! What this machine says of its LAN, where it is a node of a cluster: the kernel's files, read as text. On a system
//! that has no such files nothing is known.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use crate::spec::Distribution;
use crate::types::Cidr;

/// A folder or file that a node of the distribution has; the first that is there decides.
const SIGNS: &[(&str, Option<Distribution>)] = &[
    ("var/lib/rancher/rke2", Some(Distribution::Rke2)),
    ("var/lib/rancher/k3s", Some(Distribution::K3s)),
    ("etc/rancher/k3s", Some(Distribution::K3s)),
    ("var/snap/microk8s", Some(Distribution::Microk8s)),
    ("var/lib/k0s", Some(Distribution::K0s)),
    ("etc/kubernetes/kubelet.conf", Some(Distribution::Kubeadm)),
    ("var/lib/kubelet", None),
];

/// Flags of a route in the kernel's lists: it is up, and leads to a gateway.
const UP: u32 = 0x1;
const TO_GATEWAY: u32 = 0x2;

/// A node of a cluster.
#[derive(Debug, Default, PartialEq)]
pub struct Machine {
    /// Its distribution, where its folders tell.
    pub distribution: Option<Distribution>,
    /// Its interfaces, by name.
    pub interfaces: Vec<Interface>,
    /// The interface of its default route.
    pub uplink: Option<String>,
    /// The gateway of that route.
    pub gateway: Option<IpAddr>,
    /// The subnet of that interface.
    pub subnet: Option<Cidr>,
    /// Whether it was booted without IPv6.
    pub without_ipv6: bool,
    /// Whether its cluster can give pods users of their own.
    pub user_namespaces: bool,
}

/// An interface of the machine.
#[derive(Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// A radio: a second MAC does not pass.
    pub wireless: bool,
    /// Something that a NIC can hang on: a network card that is no part of a bridge or bond.
    pub fit: bool,
}

impl Machine {
    /// What the files below `root` say; `None` where it is no node.
    pub fn read(root: &Path) -> Option<Self> {
        let (_, distribution) = SIGNS.iter().find(|(sign, _)| root.join(sign).exists())?;
        let text = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
        let way = way_out(&text("proc/net/route"))
            .or_else(|| way_out_6(&text("proc/net/ipv6_route"), &text("proc/net/if_inet6")));
        let uplink = way.as_ref().map(|way| way.interface.clone());
        Some(Self {
            distribution: *distribution,
            interfaces: interfaces(&root.join("sys/class/net"), uplink.as_deref()),
            gateway: way.as_ref().map(|way| way.gateway),
            subnet: way.and_then(|way| way.subnet),
            uplink,
            without_ipv6: root.join("proc/sys/net").exists() && !root.join("proc/sys/net/ipv6").exists(),
            user_namespaces: false,
        })
    }

    /// The interface of that name.
    pub fn interface(&self, name: &str) -> Option<&Interface> {
        self.interfaces.iter().find(|interface| interface.name == name)
    }

    /// Interfaces that a NIC can hang on: that of the default route first.
    pub fn parents(&self) -> Vec<&str> {
        let mut fit: Vec<&str> = self
            .interfaces
            .iter()
            .filter(|interface| interface.fit)
            .map(|interface| interface.name.as_str())
            .collect();
        fit.sort_by_key(|name| self.uplink.as_deref() != Some(*name));
        fit
    }
}

/// Where the default route leads.
struct WayOut {
    interface: String,
    gateway: IpAddr,
    subnet: Option<Cidr>,
}

/// From `/proc/net/route`: interface, destination, gateway, flags, two counters, metric, mask.
fn way_out(table: &str) -> Option<WayOut> {
    struct Route<'a> {
        interface: &'a str,
        destination: Ipv4Addr,
        gateway: Ipv4Addr,
        flags: u32,
        metric: u32,
        mask: u32,
    }
    // Bytes of an address stand as they lie in memory, as one number.
    let number = |word: &str| u32::from_str_radix(word, 16).ok();
    let address = |word: &str| Some(Ipv4Addr::from(number(word)?.to_ne_bytes()));
    let routes: Vec<Route<'_>> = table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [interface, destination, gateway, flags, _, _, metric, mask, ..] = words[..] else {
                return None;
            };
            Some(Route {
                interface,
                destination: address(destination)?,
                gateway: address(gateway)?,
                flags: number(flags)?,
                metric: metric.parse().ok()?,
                mask: number(mask)?,
            })
        })
        .filter(|route| route.flags & UP != 0)
        .collect();
    let is_default = |route: &&Route<'_>| route.mask == 0 && route.flags & TO_GATEWAY != 0;
    let default = routes.iter().filter(is_default).min_by_key(|route| route.metric)?;
    let gateway = IpAddr::V4(default.gateway);
    let subnets =
        routes.iter().filter(|route| route.interface == default.interface && route.flags & TO_GATEWAY == 0);
    let prefix = |mask: u32| u8::try_from(mask.count_ones()).ok();
    let subnet = subnets
        .filter_map(|route| Cidr::new(IpAddr::V4(route.destination), prefix(route.mask)?))
        .find(|subnet| subnet.prefix() > 0 && subnet.contains(gateway));
    Some(WayOut { interface: default.interface.to_owned(), gateway, subnet })
}

/// The same of IPv6: `/proc/net/ipv6_route` has destination, prefix length, source, its prefix length, next hop, metric,
/// two counters, flags, interface; `/proc/net/if_inet6` has address, index, prefix length, scope, flags, interface.
fn way_out_6(routes: &str, addresses: &str) -> Option<WayOut> {
    let address = |word: &str| u128::from_str_radix(word, 16).ok().map(Ipv6Addr::from);
    let number = |word: &str| u32::from_str_radix(word, 16).ok();
    let default = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [destination, prefix, _, _, hop, metric, _, _, flags, interface] = words[..] else { return None };
        let gateway = address(hop)?;
        let leads_out = address(destination)?.is_unspecified()
            && number(prefix)? == 0
            && !gateway.is_unspecified()
            && number(flags)? & UP != 0;
        leads_out.then_some((number(metric)?, interface.to_owned(), gateway))
    };
    let (_, interface, gateway) = routes.lines().filter_map(default).min_by_key(|(metric, ..)| *metric)?;
    let subnet = addresses.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [own, _, prefix, scope, _, name] = words[..] else { return None };
        let prefix = u8::try_from(number(prefix)?).ok()?;
        let global = scope == "00" && name == interface && prefix < 128;
        if global { Cidr::new(IpAddr::V6(address(own)?), prefix).map(Cidr::network) } else { None }
    });
    Some(WayOut { interface, gateway: IpAddr::V6(gateway), subnet })
}

fn interfaces(folder: &Path, uplink: Option<&str>) -> Vec<Interface> {
    let mut interfaces: Vec<Interface> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let has = |file: &str| entry.path().join(file).exists();
            let wireless = has("wireless") || has("phy80211");
            // A bridge, a bond or a VLAN is fit where the machine itself uses it; others are mostly a cluster's.
            let wired = has("device") || uplink == Some(name.as_str());
            Some(Interface { fit: wired && !wireless && !has("master"), wireless, name })
        })
        .collect();
    interfaces.sort_by(|one, other| one.name.cmp(&other.name));
    interfaces
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n\
        wlan0\t00000000\t0100000A\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
        br0\t00000000\t0105A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
        cni0\t00002A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n\
        br0\t0005A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n";
    const ROUTES_6: &str = "20010db8000000050000000000000000 40 00000000000000000000000000000000 00 \
        00000000000000000000000000000000 00000100 00000001 00000000 00000001 eth0\n\
        00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
        fe800000000000000000000000000001 00000400 00000001 00000000 00000003 eth0\n\
        00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
        00000000000000000000000000000000 ffffffff 00000001 00000000 00200200 lo\n";
    const ADDRESSES_6: &str = "00000000000000000000000000000001 01 80 10 80 lo\n\
        fe800000000000005054fffe000001 02 40 20 80 eth0\n\
        20010db8000000050000000000000009 02 40 00 80 eth0\n";

    /// A machine's files: each path, and what is in it (a folder where it ends in `/`).
    fn machine(files: &[(&str, &str)]) -> Option<Machine> {
        let root = tempfile::tempdir().expect("a folder can be made");
        for (path, text) in files {
            let path = root.path().join(path);
            let folder = if text.is_empty() { &path } else { path.parent().expect("it lies below the root") };
            fs::create_dir_all(folder).expect("a folder can be made");
            if !text.is_empty() {
                fs::write(&path, text).expect("a file can be written");
            }
        }
        Machine::read(root.path())
    }

    // The kernel writes the numbers of its own byte order.
    #[cfg(target_endian = "little")]
    #[test]
    fn reads_the_lan_of_a_node() {
        let node = machine(&[
            ("var/lib/rancher/k3s", ""),
            ("proc/net/route", ROUTES),
            ("sys/class/net/br0/bridge", ""),
            ("sys/class/net/cni0/bridge", ""),
            ("sys/class/net/enp3s0/device", ""),
            ("sys/class/net/enp3s0/master", ""),
            ("sys/class/net/enp4s0/device", ""),
            ("sys/class/net/wlan0/device", ""),
            ("sys/class/net/wlan0/wireless", ""),
            ("sys/class/net/lo", ""),
            ("proc/sys/net/ipv4", ""),
        ])
        .expect("it is a node");
        assert!(node.without_ipv6);
        assert_eq!(node.distribution, Some(Distribution::K3s));
        assert_eq!(node.uplink.as_deref(), Some("br0"));
        assert_eq!(node.gateway, "192.168.5.1".parse().ok());
        assert_eq!(node.subnet, "192.168.5.0/24".parse().ok());
        assert_eq!(node.parents(), ["br0", "enp4s0"]);
        assert!(node.interface("wlan0").is_some_and(|radio| radio.wireless));
    }

    #[test]
    fn reads_a_lan_without_ipv4() {
        let node = machine(&[
            ("var/lib/kubelet", ""),
            ("proc/net/route", "Iface\n"),
            ("proc/net/ipv6_route", ROUTES_6),
            ("proc/net/if_inet6", ADDRESSES_6),
            ("proc/sys/net/ipv6", ""),
            ("sys/class/net/eth0/device", ""),
        ])
        .expect("it is a node");
        assert!(!node.without_ipv6);
        assert_eq!((node.distribution, node.parents()), (None, vec!["eth0"]));
        assert_eq!(node.gateway, "fe80::1".parse().ok());
        assert_eq!(node.subnet, "2001:db8:0:5::/64".parse().ok());
    }

    #[test]
    fn says_nothing_of_other_machines_and_takes_any_text() {
        assert_eq!(machine(&[("proc/net/route", ROUTES), ("sys/class/net/eth0/device", "")]), None);
        let odd = machine(&[
            ("etc/kubernetes/kubelet.conf", "x"),
            ("proc/net/route", "a\nb c\n\u{1f4a9} x y z 1 2 3 4\neth0 FFFFFFFFF 0 0003 0 0 0 0\n"),
            ("proc/net/ipv6_route", "0\n"),
        ]);
        let kubeadm = Machine { distribution: Some(Distribution::Kubeadm), ..Machine::default() };
        assert_eq!(odd, Some(kubeadm));
    }
}
