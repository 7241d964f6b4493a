//! What a pod with users of its own cannot have of its node. Measured: docs/topics/user-namespaces.md.

use super::Privilege;

/// Folders of a node whose file systems have no mapping of users: devtmpfs, proc, sysfs.
pub const UNMAPPED: [&str; 3] = ["/dev", "/proc", "/sys"];

/// The folder of the node's D-Bus, which turns away who is nobody.
pub const BUS: &str = "/run/dbus";

/// Files of devices that everybody may open, by the rules of systemd's udev; others belong to root or a group.
pub const OPEN_DEVICES: [&str; 2] = ["/dev/net/tun", "/dev/fuse"];

/// Sysctls below `net.` that the network of such a pod does not have.
pub const LACKING_SYSCTLS: [&str; 14] = [
    "net.core.xfrm_acq_expires",
    "net.core.xfrm_aevent_etime",
    "net.core.xfrm_aevent_rseqth",
    "net.core.xfrm_larval_drop",
    "net.ipv6.route.flush",
    "net.ipv6.route.gc_elasticity",
    "net.ipv6.route.gc_interval",
    "net.ipv6.route.gc_min_interval",
    "net.ipv6.route.gc_min_interval_ms",
    "net.ipv6.route.gc_thresh",
    "net.ipv6.route.gc_timeout",
    "net.ipv6.route.min_adv_mss",
    "net.ipv6.route.mtu_expires",
    "net.ipv6.route.skip_notify_on_dev_down",
];

/// Why such a pod cannot have a path of its node, as a half sentence; `None` where nothing is known against it.
pub fn path_fault(path: &str) -> Option<&'static str> {
    let Privilege::HostPath(path) = Privilege::host_path(path) else { return None };
    let below =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if below(BUS) {
        Some("the bus turns away who is nobody on the node")
    } else if UNMAPPED.iter().any(|folder| below(folder)) {
        Some("the node's kernel maps no users there")
    } else {
        None
    }
}

/// The words by which a device plugin's resource stands for a file, as the resource's last: the file's name, or its path below /dev
/// as smarter-device-manager writes it (`net_tun`).
pub fn device_words(path: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
    let below = path.trim_start_matches("/dev/").replace('/', "_");
    if below == name { vec![name] } else { vec![name, below] }
}

/// Whether a device plugin's resource stands for a file of the node.
pub fn stands_for(resource: &str, path: &str) -> bool {
    let word = resource.rsplit('/').next().unwrap_or(resource);
    device_words(path).iter().any(|known| known == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_judged_by_where_they_lead() {
        for path in [
            "/dev",
            "/dev/net/tun",
            "/sys/class/gpio",
            "//proc/",
            "/var/run/dbus",
            "/run/dbus/system_bus_socket",
        ] {
            assert!(path_fault(path).is_some(), "{path}");
        }
        for path in ["/", "/devices", "/run", "/run/dbus-1", "/mnt/media", "/system"] {
            assert!(path_fault(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_resource_stands_for_the_file_of_its_last_word() {
        for resource in ["squat.ai/tun", "devices.kubevirt.io/tun", "smarter-devices/net_tun"] {
            assert!(stands_for(resource, "/dev/net/tun"), "{resource}");
        }
        assert!(stands_for("smarter-devices/ppp", "/dev/ppp"));
        for resource in ["squat.ai/ppp", "squat.ai/net-tun", "smarter-devices/dev_net_tun"] {
            assert!(!stands_for(resource, "/dev/net/tun"), "{resource}");
        }
    }
}
