//! What a pod can be given beyond its own bounds.

use super::{Capability, Invalid, TextForm, nearest, quoted};
use std::fmt;
use std::str::FromStr;

/// Something that a pod has of its node or its cluster, as `allow` names it: a word such as `hostPID`, a Linux
/// capability, or a path of the node.
///
/// Source of the list: what the level `baseline` of Kubernetes' Pod Security Standards forbids, and the token of a
/// service account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Privilege {
    /// The node's processes.
    HostPid,
    /// The node's shared memory and semaphores.
    HostIpc,
    /// Ports of the node.
    HostPorts,
    /// All system calls.
    SeccompUnconfined,
    /// No AppArmor profile.
    AppArmorUnconfined,
    /// An SELinux type that may do everything.
    SeLinuxUnconfined,
    /// The parts of /proc that are hidden or read-only in a container.
    ProcMountUnmasked,
    /// More rights by a set-uid program.
    Escalation,
    /// A token for the API server.
    Token,
    /// A capability.
    Capability(Capability),
    /// A path of the node, without empty parts and `.`.
    HostPath(String),
}

const WORDS: [(&str, Privilege); 9] = [
    ("hostPID", Privilege::HostPid),
    ("hostIPC", Privilege::HostIpc),
    ("hostPorts", Privilege::HostPorts),
    ("seccompUnconfined", Privilege::SeccompUnconfined),
    ("appArmorUnconfined", Privilege::AppArmorUnconfined),
    ("seLinuxUnconfined", Privilege::SeLinuxUnconfined),
    ("procMountUnmasked", Privilege::ProcMountUnmasked),
    ("allowPrivilegeEscalation", Privilege::Escalation),
    ("serviceAccountToken", Privilege::Token),
];

/// Capabilities by which a container becomes the node's root, or changes or reads what is the node's.
const OVER_THE_NODE: [&str; 16] = [
    "SYS_ADMIN",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_BOOT",
    "SYS_TIME",
    "SYSLOG",
    "DAC_READ_SEARCH",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "BPF",
    "PERFMON",
    "MKNOD",
    "CHECKPOINT_RESTORE",
    "AUDIT_CONTROL",
];

impl Privilege {
    /// Folders of a node that give it away, with all that is in them: its configuration, its kernel, its programs, the
    /// data of kubelet, the runtime and the control plane, and what starts with it.
    pub const TREES: &'static [&'static str] = &[
        "/bin",
        "/boot",
        "/etc",
        "/lib",
        "/lib64",
        "/opt/cni",
        "/proc",
        "/root",
        "/run/containerd",
        "/run/crio",
        "/run/k3s",
        "/run/systemd",
        "/sbin",
        "/sys",
        "/usr",
        "/var/lib/cni",
        "/var/lib/containerd",
        "/var/lib/containers",
        "/var/lib/docker",
        "/var/lib/etcd",
        "/var/lib/k0s",
        "/var/lib/kubelet",
        "/var/lib/rancher",
        "/var/log",
        "/var/snap/microk8s",
    ];
    /// What lies in such a folder and tells nothing.
    pub const HARMLESS: &'static [&'static str] = &[
        "/etc/localtime",
        "/etc/machine-id",
        "/etc/timezone",
        "/lib/modules",
        "/usr/lib/modules",
        "/usr/share/zoneinfo",
    ];
    /// Folders that give the node away as a whole.
    pub const WHOLE: &'static [&'static str] = &["/dev", "/run", "/opt"];
    /// Sockets by which one orders containers, wherever they lie.
    pub const SOCKETS: &'static [&'static str] = &[
        "docker.sock",
        "containerd.sock",
        "containerd.sock.ttrpc",
        "crio.sock",
        "cri-dockerd.sock",
        "podman.sock",
        "kubelet.sock",
    ];

    /// The words beside capabilities and paths.
    pub fn words() -> impl Iterator<Item = &'static str> {
        WORDS.iter().map(|(word, _)| *word)
    }

    /// A path of the node: empty parts and `.` are left out, and `/var/run` is `/run`.
    pub fn host_path(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let path = format!("/{}", parts.join("/"));
        Self::HostPath(match path.strip_prefix("/var/run") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => format!("/run{rest}"),
            _ => path,
        })
    }

    /// A capability as a pod names it: runtimes read it in any case, and some with `CAP_` in front. `None` for what is
    /// no capability.
    pub fn capability(name: &str) -> Option<Self> {
        let upper = name.to_ascii_uppercase();
        upper.strip_prefix("CAP_").unwrap_or(&upper).parse().ok().map(Self::Capability)
    }

    /// Whether who takes over the pod has the node or the cluster with it, or comes close.
    pub fn is_grave(&self) -> bool {
        match self {
            Self::HostPorts | Self::Escalation => false,
            Self::Capability(capability) => OVER_THE_NODE.contains(&capability.as_str()),
            Self::HostPath(path) => is_grave_path(path),
            _ => true,
        }
    }
}

fn is_grave_path(path: &str) -> bool {
    // A part `..` is refused by the API server; until then it leads anywhere.
    if path.split('/').any(|part| part == "..") {
        return true;
    }
    let is_below = |path: &str, folder: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let holds = |folder: &str| path == "/" || is_below(folder, path);
    let socket = path.rsplit('/').next().is_some_and(|name| Privilege::SOCKETS.contains(&name));
    let harmless = Privilege::HARMLESS.iter().any(|known| is_below(path, known));
    let in_tree = Privilege::TREES.iter().any(|tree| holds(tree) || is_below(path, tree));
    socket || (in_tree && !harmless) || Privilege::WHOLE.iter().any(|folder| holds(folder))
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Capability(capability) => capability.fmt(f),
            Self::HostPath(path) => f.write_str(path),
            word => f.write_str(WORDS.iter().find(|(_, known)| known == word).map_or("", |(text, _)| text)),
        }
    }
}

impl FromStr for Privilege {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.starts_with('/') {
            return Ok(Self::host_path(text));
        }
        if let Some((_, word)) = WORDS.iter().find(|(word, _)| *word == text) {
            return Ok(word.clone());
        }
        let capability: Result<Capability, Invalid> = text.parse();
        let capability = match capability {
            Ok(capability) => return Ok(Self::Capability(capability)),
            Err(invalid) => invalid,
        };
        if text.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !text.is_empty() {
            return Err(capability);
        }
        let problem = format!("{} is nothing that can be allowed", quoted(text));
        let fix = nearest(text, Self::words()).map_or_else(
            || {
                let words: Vec<&str> = Self::words().collect();
                format!("write a capability, a path of the node, or one of {}", words.join(", "))
            },
            |word| format!("did you mean `{word}`?"),
        );
        Err(Invalid::new(problem, fix))
    }
}

impl TextForm for Privilege {
    const WHAT: &'static str = "something that a pod can be allowed";
    const PATTERN: &'static str = "^(/.*|[A-Za-z_]+)$";
    const EXAMPLE: &'static str = "hostPID";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let words = WORDS.iter().map(|(word, _)| (*word).to_owned());
        let paths = ["/", "/run/dbus"].map(str::to_owned);
        for text in words.chain(Capability::all().map(|one| one.to_string())).chain(paths) {
            let read: Privilege = text.parse().unwrap_or_else(|invalid| panic!("{invalid}"));
            assert_eq!(read.to_string(), text);
        }
        assert!(OVER_THE_NODE.iter().all(|name| name.parse::<Capability>().is_ok()));
    }

    #[test]
    fn a_path_is_the_place_that_it_leads_to() {
        for (text, path) in [
            ("/var/run//docker.sock", "/run/docker.sock"),
            ("/./etc/", "/etc"),
            ("//", "/"),
            ("/var/runs", "/var/runs"),
        ] {
            assert_eq!(Privilege::host_path(text).to_string(), path);
        }
    }

    #[test]
    fn what_gives_the_node_away_is_grave() {
        let grave = |path: &str| Privilege::host_path(path).is_grave();
        for path in [
            "/",
            "/etc",
            "/etc/kubernetes/pki",
            "/var",
            "/var/lib",
            "/var/lib/kubelet/pods",
            "/var/run/docker.sock",
            "/home/me/docker.sock",
            "/dev",
            "/proc/1",
            "/run",
            "/lib",
            "/opt",
            "/mnt/../etc",
        ] {
            assert!(grave(path), "{path}");
        }
        for path in [
            "/mnt/media",
            "/srv",
            "/dev/net/tun",
            "/etc/localtime",
            "/lib/modules",
            "/run/dbus",
            "/etcetera",
            "/opt/media",
            "/home",
        ] {
            assert!(!grave(path), "{path}");
        }
        let capability = |name: &str| Privilege::capability(name).map(|one| one.is_grave());
        assert_eq!(
            ["SYS_ADMIN", "cap_sys_module", "NET_RAW", "wings"].map(capability),
            [Some(true), Some(true), Some(false), None]
        );
    }

    #[test]
    fn refuses_with_a_reason() {
        let table = [
            ("hostPid", "`hostPid` is nothing that can be allowed: did you mean `hostPID`?"),
            ("ALL", "`ALL` is not one capability: name each capability with its reason"),
            ("NET_ADMN", "`NET_ADMN` is not a Linux capability: did you mean `NET_ADMIN`?"),
        ];
        for (text, want) in table {
            assert_eq!(
                text.parse::<Privilege>().map_err(|invalid| invalid.to_string()),
                Err(want.to_owned())
            );
        }
    }
}
