//! Linux capabilities.

use super::{Invalid, TextForm, nearest, quoted};
use std::fmt;
use std::str::FromStr;

/// A Linux capability as Kubernetes writes it: upper case, without the `CAP_` of the kernel's headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capability(&'static str);

/// All capabilities of Linux (include/uapi/linux/capability.h, 6.12), in the order of their numbers.
const KNOWN: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

impl Capability {
    /// The name, upper case, without `CAP_`.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// All capabilities, in the kernel's order.
    pub fn all() -> impl Iterator<Item = Self> {
        KNOWN.into_iter().map(Self)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for Capability {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(known) = KNOWN.into_iter().find(|known| *known == text) {
            return Ok(Self(known));
        }
        let what = quoted(text);
        let upper = text.to_uppercase();
        let bare = upper.strip_prefix("CAP_").unwrap_or(&upper);
        if let Some(known) = KNOWN.into_iter().find(|known| *known == bare) {
            let problem = format!("{what} is not how Kubernetes writes a capability");
            return Err(Invalid::new(problem, format!("write `{known}`")));
        }
        if upper == "ALL" {
            return Err(Invalid::new("`ALL` is not one capability", "name each capability with its reason"));
        }
        let problem = format!("{what} is not a Linux capability");
        Err(match nearest(bare, KNOWN) {
            Some(known) => Invalid::new(problem, format!("did you mean `{known}`?")),
            None => Invalid::new(problem, "write a name such as `NET_ADMIN`"),
        })
    }
}

impl TextForm for Capability {
    const WHAT: &'static str = "a Linux capability";
    const PATTERN: &'static str = "^[A-Z_]+$";
    const EXAMPLE: &'static str = "NET_ADMIN";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_capability_by_its_name() {
        for capability in Capability::all() {
            assert_eq!(capability.as_str().parse(), Ok(capability));
        }
    }

    #[test]
    fn refuses_with_a_reason() {
        let table = [
            ("CAP_NET_ADMIN", "`CAP_NET_ADMIN` is not how Kubernetes writes a capability: write `NET_ADMIN`"),
            ("net_raw", "`net_raw` is not how Kubernetes writes a capability: write `NET_RAW`"),
            ("NET_ADMN", "`NET_ADMN` is not a Linux capability: did you mean `NET_ADMIN`?"),
            ("ALL", "`ALL` is not one capability: name each capability with its reason"),
            ("wings", "`wings` is not a Linux capability: write a name such as `NET_ADMIN`"),
        ];
        for (text, want) in table {
            assert_eq!(
                text.parse::<Capability>().map_err(|invalid| invalid.to_string()),
                Err(want.to_owned())
            );
        }
    }
}
