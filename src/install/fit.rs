//! What makes a root fit for a pod, whatever is installed in it. Each point is said where the pod's own scripts do the
//! same (`src/pod/boot-files`), for images that were not built by wrtpod.

use super::Error;
use crate::image::{Attributes, Root};
use crate::pod;
use crate::types::RootPath;

/// Services that do harm or nothing in a pod: they set the clock, unmount file systems, or drive hardware.
const NOT_IN_A_POD: &[&str] =
    &["sysfixtime", "sysntpd", "umount", "led", "gpio_switch", "urandom_seed", "bootcount"];

/// What is taken out: the jail needs `CAP_SYS_ADMIN` and sends services into a crash loop without it; the modules are another
/// kernel's.
const TAKEN_OUT: &[&str] = &["sbin/ujail", "etc/modules.d", "etc/modules-boot.d"];

/// Makes a root fit for a pod.
pub fn for_a_pod(root: &mut Root) -> Result<(), Error> {
    for (path, text) in pod::BOOT_FILES {
        put(root, path, text)?;
    }
    for path in TAKEN_OUT {
        root.remove(&fixed(path))?;
    }
    for service in NOT_IN_A_POD {
        super::installer::disable(root, service)?;
    }
    // A link to /tmp/resolv.conf: the cluster's file would be mounted there, and OpenWrt writes there.
    put(root, "etc/resolv.conf", "")
}

fn put(root: &mut Root, path: &str, text: &str) -> Result<(), Error> {
    root.put_file(&fixed(path), Attributes::root(0o644), &mut text.as_bytes())?;
    Ok(())
}

fn fixed(path: &str) -> RootPath {
    path.parse().expect("the paths of this file are paths of a root")
}
