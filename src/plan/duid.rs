//! By what an OpenWrt appliance is known to DHCP servers: derived, the same on every machine, for ever.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The appliance's DUID (RFC 8415, 11) in hexadecimal digits, as OpenWrt's option `dhcp_default_duid` has it: type 4 and a
/// UUID of version 8 (RFC 9562, 5.8) out of the first 16 bytes of SHA-256 over `salt\nnamespace\nappliance`, UTF-8, no
/// newline at the end.
///
/// No NIC and no position is part of it: a client tells its NICs apart by the IAID. It is part of the document format: it
/// never changes.
pub fn derive(salt: &str, namespace: &str, appliance: &str) -> String {
    let hash = Sha256::digest([salt, namespace, appliance].join("\n").as_bytes());
    let mut digits = String::new();
    for byte in &hash[..16] {
        let _ = write!(digits, "{byte:02x}");
    }
    // The digits that tell the version, and the variant.
    digits.replace_range(12..13, "8");
    digits.replace_range(16..17, "8");
    format!("0004{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values computed with `printf 'salt\nns\n…' | sha256sum`, not with this code.
    #[test]
    fn derived_duids_never_change() {
        assert_eq!(derive("b2f1c4d8", "appliances", "openwrt"), "00049c7e9b1bef108c6780711b18071adb8e");
        assert_eq!(derive("b2f1c4d8", "lab", "openwrt"), "000458765ede84c782a182755278358b6740");
    }
}
