//! The generated Secret: a random root password and its crypt hash, made once and never written again.
//!
//! The password is in the request and nowhere else: not in a log, not in an error, not in a result.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use md5crypt::md5crypt;
use serde_json::json;

use super::kinds::Kind;
use super::session::Session;
use super::{Error, Event, Outcome, PASSWORD_HASH_KEY, PASSWORD_KEY, Release, SecretNote, request};

/// Letters and digits that cannot be taken for one another when they are read aloud or typed off a screen.
const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Groups of letters: 4 × 5 of 31 letters are 99 bits.
const GROUPS: usize = 4;
const GROUP: usize = 5;

/// Makes the release's Secret unless it is there; answers its version when it was made.
pub(super) async fn ensure(
    session: &Session<'_>,
    release: &Release,
    exists: bool,
) -> Result<(Option<SecretNote>, Option<String>), Error> {
    let Some(secret) = &release.secret else { return Ok((None, None)) };
    let note = |created| SecretNote {
        name: secret.name.clone(),
        created,
        read_command: format!(
            "kubectl -n {} get secret {} -o jsonpath='{{.data.{PASSWORD_KEY}}}' | base64 -d",
            release.namespace, secret.name
        ),
    };
    if exists {
        return Ok((Some(note(false)), None));
    }
    let password = password()?;
    let hash = hash(&password)?;
    let value = json!({
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": secret.name,
            "namespace": release.namespace,
            "labels": secret.labels,
            "annotations": secret.annotations,
        },
        "type": "Opaque",
        "stringData": {PASSWORD_HASH_KEY: hash, PASSWORD_KEY: password},
    });
    let kind = Kind::named("Secret");
    match session.send(request::create(kind, &release.namespace, &value, false)).await {
        Ok(reply) => {
            session.tell(&Event::Applied(kind.identity(&release.namespace, &secret.name), Outcome::Created));
            let version = reply.value["metadata"]["resourceVersion"].as_str().map(str::to_owned);
            Ok((Some(note(true)), version))
        }
        // Made by another deploy a moment ago: the next one stamps the pod with its version.
        Err(failure) if failure.is(409) => Ok((Some(note(false)), None)),
        Err(failure) => Err(failure.during(session.wire, &format!("create Secret {}", secret.name))),
    }
}

/// A random password, for example `k7mqz-2hxve-9rtpa-w4ncd`.
fn password() -> Result<String, Error> {
    // Bytes beyond the last whole alphabet would make its first letters likelier.
    let fair = u8::MAX - u8::MAX % u8::try_from(ALPHABET.len()).unwrap_or(1);
    let mut password = String::new();
    let mut letters = 0;
    while letters < GROUPS * GROUP {
        let mut random = [0_u8; GROUPS * GROUP];
        fill(&mut random)?;
        for byte in random.into_iter().filter(|byte| *byte < fair).take(GROUPS * GROUP - letters) {
            if letters > 0 && letters % GROUP == 0 {
                password.push('-');
            }
            password.push(char::from(ALPHABET[usize::from(byte) % ALPHABET.len()]));
            letters += 1;
        }
    }
    Ok(password)
}

/// The crypt hash of a generated password (`$1$`, MD5), as /etc/shadow holds it and as OpenWrt's own `passwd` writes it:
/// until 22.03 its libc can check no other. How cheap the hash is does not matter for 99 random bits.
fn hash(password: &str) -> Result<String, Error> {
    let mut salt = [0_u8; 6];
    fill(&mut salt)?;
    // Six bytes are the eight letters that the format takes at most.
    Ok(hash_with(password, &STANDARD_NO_PAD.encode(salt).replace('+', ".")))
}

fn hash_with(password: &str, salt: &str) -> String {
    String::from_utf8_lossy(&md5crypt(password.as_bytes(), salt.as_bytes())).into_owned()
}

fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    getrandom::fill(bytes).map_err(|error| Error::Random { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_differ() {
        let one = password().expect("random bytes");
        assert_eq!(one.len(), GROUPS * GROUP + GROUPS - 1);
        assert_ne!(one, password().expect("random bytes"));
    }

    /// What `openssl passwd -1 -salt k7mqz2hx` makes of the same password.
    #[test]
    fn the_hash_is_what_crypt_makes() {
        assert_eq!(hash_with("k7mqz-2hxve-9rtpa-w4ncd", "k7mqz2hx"), "$1$k7mqz2hx$VxFNjxcA1K88PSa7clYvb0");
        let made = hash("k7mqz-2hxve-9rtpa-w4ncd").expect("random bytes");
        assert_eq!(made.len(), "$1$".len() + 8 + "$".len() + 22, "{made}");
    }
}
