//! What an image runs on, and OpenWrt's names for it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// System and processor, in the words of Go and so of Kubernetes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// `amd64`, `arm64`, `arm`, …
    pub architecture: String,
    /// `linux`.
    pub os: String,
    /// `v7`, for architectures that have variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// The beginning of OpenWrt's name, architecture, variant. The first that fits counts. OpenWrt's names are those of
/// `include/target.mk`: processor family, then the model.
const OPENWRT: &[(&str, &str, Option<&str>)] = &[
    ("x86_64", "amd64", None),
    ("i386_", "386", None),
    ("aarch64_", "arm64", Some("v8")),
    ("arm_cortex-", "arm", Some("v7")),
    ("arm_arm1176", "arm", Some("v6")),
    ("arm_mpcore", "arm", Some("v6")),
    ("arm_", "arm", Some("v5")),
    ("riscv64_", "riscv64", None),
    ("loongarch64_", "loong64", None),
    ("mips64el_", "mips64le", None),
    ("mips64_", "mips64", None),
    ("mipsel_", "mipsle", None),
    ("mips_", "mips", None),
    ("powerpc64_", "ppc64", None),
];

/// The names that Kubernetes has on the label `kubernetes.io/arch`, and the variant that they mean.
const KUBERNETES: &[(&str, Option<&str>)] = &[
    ("amd64", None),
    ("386", None),
    ("arm64", Some("v8")),
    ("arm", Some("v7")),
    ("riscv64", None),
    ("loong64", None),
    ("mips", None),
    ("mipsle", None),
    ("mips64", None),
    ("mips64le", None),
    ("ppc64", None),
    ("ppc64le", None),
    ("s390x", None),
];

impl Platform {
    /// Of OpenWrt's name of an architecture: `aarch64_generic`, as `DISTRIB_ARCH` in `/etc/openwrt_release` has it.
    pub fn of_openwrt(name: &str) -> Option<Self> {
        let found = OPENWRT.iter().find(|(beginning, _, _)| name.starts_with(beginning));
        found.map(|(_, architecture, variant)| Self::linux(architecture, *variant))
    }

    /// Of Kubernetes' name of an architecture: `arm64`.
    pub fn of_kubernetes(name: &str) -> Option<Self> {
        let found = KUBERNETES.iter().find(|(architecture, _)| name == *architecture);
        found.map(|(architecture, variant)| Self::linux(architecture, *variant))
    }

    fn linux(architecture: &str, variant: Option<&str>) -> Self {
        Self {
            architecture: architecture.to_owned(),
            os: "linux".to_owned(),
            variant: variant.map(str::to_owned),
        }
    }

    /// The same with Kubernetes' name in place of OpenWrt's: OpenWrt's own images say `aarch64_generic`.
    #[must_use]
    pub fn in_words_of_kubernetes(&self) -> Self {
        Self::of_openwrt(&self.architecture).unwrap_or_else(|| self.clone())
    }

    /// How well an image of this platform does on a wanted one: not at all, without a stated variant, or in all.
    pub(super) fn fits(&self, wanted: &Self) -> Option<u8> {
        let own = self.in_words_of_kubernetes();
        if own.os != wanted.os || own.architecture != wanted.architecture {
            return None;
        }
        match (&own.variant, &wanted.variant) {
            (own, wanted) if own == wanted => Some(2),
            (None, _) | (_, None) => Some(1),
            _ => None,
        }
    }
}

impl fmt::Display for Platform {
    /// `linux/arm/v7`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_names_of_openwrt() {
        let known = |name: &str| Platform::of_openwrt(name).map(|platform| platform.to_string());
        let table = [
            ("x86_64", "linux/amd64"),
            ("i386_pentium4", "linux/386"),
            ("aarch64_generic", "linux/arm64/v8"),
            ("aarch64_cortex-a53", "linux/arm64/v8"),
            ("arm_cortex-a15_neon-vfpv4", "linux/arm/v7"),
            ("arm_arm1176jzf-s_vfp", "linux/arm/v6"),
            ("arm_xscale", "linux/arm/v5"),
            ("mips_24kc", "linux/mips"),
            ("mipsel_24kc", "linux/mipsle"),
            ("mips64_octeonplus", "linux/mips64"),
            ("riscv64_generic", "linux/riscv64"),
        ];
        for (name, platform) in table {
            assert_eq!(known(name).as_deref(), Some(platform), "{name}");
        }
        assert_eq!(known("arc_archs"), None);
    }

    #[test]
    fn fits_whom_it_runs_on() {
        let kubernetes = |name| Platform::of_kubernetes(name).expect("a name of Kubernetes");
        let openwrt = |name| Platform::of_openwrt(name).expect("a name of OpenWrt");
        let raw = Platform { architecture: "aarch64_generic".to_owned(), ..kubernetes("amd64") };
        assert_eq!(raw.fits(&kubernetes("arm64")), Some(2));
        assert_eq!(openwrt("arm_xscale").fits(&kubernetes("arm")), None);
        let plain = Platform { variant: None, ..kubernetes("arm64") };
        assert_eq!((plain.fits(&kubernetes("arm64")), plain.fits(&kubernetes("amd64"))), (Some(1), None));
        let windows = Platform { os: "windows".to_owned(), ..kubernetes("amd64") };
        assert_eq!(windows.fits(&kubernetes("amd64")), None);
    }
}
