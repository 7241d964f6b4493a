//! MACs that nobody chose: derived, the same on every machine, for ever.

use sha2::{Digest, Sha256};

use crate::types::Mac;

/// What a derived MAC depends on. The interface's name is given only where the user gave one: adding or
/// moving another interface never changes a MAC.
#[derive(Debug, Clone, Copy)]
pub struct MacSeed<'a> {
    /// The site's salt: two sites called `home` on one LAN must not collide.
    pub salt: &'a str,
    /// Namespace of the appliance.
    pub namespace: &'a str,
    /// Name of the appliance.
    pub appliance: &'a str,
    /// Name of the network.
    pub network: &'a str,
    /// Name of the interface, where one was given.
    pub interface: Option<&'a str>,
}

/// `02` (locally administered, unicast) and the first five bytes of SHA-256 over
/// `salt\nnamespace\nappliance\nnetwork`, and `\ninterface` where one was given; UTF-8, no newline at the end.
///
/// This is part of the document format: it never changes.
pub fn derive(seed: MacSeed<'_>) -> Mac {
    let mut text = [seed.salt, seed.namespace, seed.appliance, seed.network].join("\n");
    if let Some(interface) = seed.interface {
        text.push('\n');
        text.push_str(interface);
    }
    let hash = Sha256::digest(text.as_bytes());
    Mac([0x02, hash[0], hash[1], hash[2], hash[3], hash[4]])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values computed with `printf 'salt\nns\n…' | sha256sum`, not with this code.
    #[test]
    fn derived_macs_never_change() {
        let seed = MacSeed {
            salt: "b2f1c4d8",
            namespace: "appliances",
            appliance: "openwrt",
            network: "lan",
            interface: None,
        };
        assert_eq!(derive(seed).to_string(), GOLDEN_WITHOUT_INTERFACE);
        assert_eq!(derive(MacSeed { interface: Some("uplink"), ..seed }).to_string(), GOLDEN_WITH_INTERFACE);
    }

    const GOLDEN_WITHOUT_INTERFACE: &str = "02:8e:06:55:28:c7";
    const GOLDEN_WITH_INTERFACE: &str = "02:6f:7c:a4:28:5c";
}
