//! What a NetworkAttachmentDefinition is called and says.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::conflist::conflist;
use crate::plan::{Attachment, Link};

/// How many hexadecimal digits of the digest stand in a NAD's name.
const DIGITS: usize = 10;

/// The NAD by which NICs of an appliance join a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nad {
    /// Its name, `<appliance>-<CNI network>-<digest of its content>`: nobody else's, and another one with other content,
    /// so that no pod starts on what stood there before, in whatever order objects are applied.
    /// One that somebody else made has any name.
    pub name: String,
    /// Its namespace, where it was stated; else the appliance's.
    pub namespace: Option<String>,
    /// Its `spec.config`: the CNI configuration list, indented JSON. None where somebody else made it.
    pub config: Option<String>,
}

impl Nad {
    /// The NAD by which the appliance's NICs of this attachment join their network.
    pub fn of(appliance: &str, attachment: &Attachment) -> Self {
        if let Link::Existing { namespace, name, .. } = &attachment.link {
            return Self { name: name.clone(), namespace: namespace.clone(), config: None };
        }
        let config = conflist(attachment);
        let name = format!("{appliance}-{}-{}", attachment.name, digest(&config));
        Self { name, namespace: None, config: Some(config) }
    }
}

/// The end of the name of a NAD with this `spec.config`: the first digits of its SHA-256, in lower-case hexadecimal.
pub fn digest(config: &str) -> String {
    Sha256::digest(config).iter().take(DIGITS / 2).fold(String::with_capacity(DIGITS), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '{}' | sha256sum | cut -c1-10`: it is part of names in clusters, and charts compute it too.
    #[test]
    fn the_digest_is_the_beginning_of_the_contents_sha_256() {
        assert_eq!(digest("{}"), "44136fa355");
    }
}
