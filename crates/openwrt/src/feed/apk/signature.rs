//! Signatures of indexes, and the keys that they are made with.
//!
//! OpenWrt signs `packages.adb` and nothing else: the index holds the hash of each package's header, and that header
//! the hash of each file. A key is known by the first 16 bytes of the SHA-512 of its point; the signature is ECDSA on
//! P-256 over the SHA-512 of the schema, the signature's own 18 first bytes, and the SHA-512 of the header. Source:
//! apk-tools' `adb.c` (`adb_trust_verify_signature`). Entries: [`Key::from_pem`], [`Trust`].

use p256::ecdsa::signature::hazmat::PrehashVerifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use sha2::{Digest, Sha512};

use super::Error;
use super::container::{Container, Schema};

/// The longest PEM of a key that is looked at; one of P-256 takes 178 bytes.
const PEM_LIMIT: usize = 8 << 10;
const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";
const ID: usize = 16;
/// Version, algorithm and id of the key, in front of the signature.
const PREFIX: usize = 2 + ID;
const SHA512: u8 = 4;

/// A public key of a feed.
#[derive(Debug, Clone)]
pub struct Key {
    name: String,
    id: [u8; ID],
    point: VerifyingKey,
}

impl Key {
    /// Reads a PEM with a P-256 public key, as in /etc/apk/keys. Lines around it, such as `untrusted comment:`, may be
    /// there. `name` is for messages only: apk finds the key by its id.
    pub fn from_pem(name: &str, text: &str) -> Result<Self, Error> {
        let refused = |problem: &str| Error::Key { name: name.to_owned(), problem: problem.to_owned() };
        if text.len() > PEM_LIMIT {
            return Err(refused("the file is longer than 8 KiB"));
        }
        let from = text.find(BEGIN).ok_or_else(|| refused("it has no line `-----BEGIN PUBLIC KEY-----`"))?;
        let length =
            text[from..].find(END).ok_or_else(|| refused("it has no line `-----END PUBLIC KEY-----`"))?;
        let pem = text[from..from + length + END.len()].replace('\r', "");
        let point = VerifyingKey::from_public_key_pem(&pem)
            .map_err(|_| refused("it is not of the kind that OpenWrt signs with, ECDSA on P-256"))?;
        let digest = Sha512::digest(point.to_sec1_point(false).as_bytes());
        let id = digest[..ID].try_into().expect("a SHA-512 is longer");
        Ok(Self { name: name.to_owned(), id, point })
    }

    /// The name that it was read under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What signatures name it by, in hexadecimal.
    pub fn id(&self) -> String {
        hex(&self.id)
    }
}

/// Whom an index has to be signed by.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// By one of these.
    Keys(&'a [Key]),
    /// The feed says `unsigned: true`.
    Unsigned,
}

impl Trust<'_> {
    /// The name of the key that has signed; none where that is not asked.
    pub(super) fn verify(self, container: &Container<'_>, schema: Schema) -> Result<Option<String>, Error> {
        let Self::Keys(keys) = self else { return Ok(None) };
        if container.signatures.is_empty() {
            return Err(Error::Unsigned);
        }
        let digest = Sha512::digest(&container.header);
        let mut wrong = None;
        for signature in &container.signatures {
            let Some((prefix, value)) = signature.split_at_checked(PREFIX) else { continue };
            if prefix[..2] != [0, SHA512] {
                continue;
            }
            for key in keys.iter().filter(|key| key.id == prefix[2..]) {
                let message = Sha512::new()
                    .chain_update(schema.code())
                    .chain_update(prefix)
                    .chain_update(digest)
                    .finalize();
                let verified = Signature::from_der(value)
                    .is_ok_and(|signature| key.point.verify_prehash(&message, &signature).is_ok());
                if verified {
                    return Ok(Some(key.name.clone()));
                }
                wrong = Some(key.name.clone());
            }
        }
        Err(match wrong {
            Some(key) => Error::Signature { key },
            None => untrusted(container, keys),
        })
    }
}

fn untrusted(container: &Container<'_>, keys: &[Key]) -> Error {
    let signers: Vec<String> =
        container.signatures.iter().filter_map(|one| one.get(2..PREFIX)).map(hex).collect();
    let trusted: Vec<String> = keys.iter().map(|key| format!("{} ({})", key.id(), key.name)).collect();
    Error::Untrusted {
        signers: if signers.is_empty() { "no readable key".to_owned() } else { signers.join(", ") },
        trusted: if trusted.is_empty() { "there is none".to_owned() } else { trusted.join(", ") },
    }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a text takes all");
        text
    })
}
