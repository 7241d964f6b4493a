//! References to container images.

use super::{Digest, Invalid, TextForm, quoted};
use std::fmt;
use std::str::FromStr;

/// A reference to a container image: `registry/repository:tag@digest`, kept as written. No registry is filled in
/// where none is named: which one is meant is the container runtime's decision.
///
/// Grammar: distribution `reference` (repository in lower case, tag up to 128 characters, `sha256:` and 64
/// hexadecimal digits for the digest).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImageRef {
    registry: Option<String>,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl ImageRef {
    /// The registry's host and port, when the reference names one.
    pub fn registry(&self) -> Option<&str> {
        self.registry.as_deref()
    }

    /// The repository, without the registry.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// Whether it is Home Assistant's, or a copy in another registry.
    pub fn is_home_assistant(&self) -> bool {
        self.repository.ends_with("home-assistant/home-assistant")
    }

    /// The tag, when the reference has one.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, when the reference has one.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// The same reference with this digest.
    #[must_use]
    pub fn with_digest(&self, digest: &Digest) -> Self {
        Self { digest: Some(digest.clone()), ..self.clone() }
    }

    /// The same reference without its digest.
    #[must_use]
    pub fn without_digest(&self) -> Self {
        Self { digest: None, ..self.clone() }
    }
}

fn is_tag(text: &str) -> bool {
    let body = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    (1..=128).contains(&text.len()) && body && !text.starts_with(['.', '-'])
}

/// One component between slashes: lower-case letters and digits, joined by `.`, `_`, `__` or hyphens.
fn is_component(text: &str) -> bool {
    let inner = text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
    let ends = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let joints =
        !text.contains("..") && !text.contains("___") && !text.contains("._") && !text.contains("_.");
    inner && joints && ends(text.as_bytes().first()) && ends(text.as_bytes().last())
}

fn is_registry(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let port_is_valid = port.is_none_or(|port| port.parse::<super::Port>().is_ok());
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let host_is_valid = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => host.split('.').all(|label| {
            let inner = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            !label.is_empty() && inner && !label.starts_with('-') && !label.ends_with('-')
        }),
    };
    port_is_valid && host_is_valid
}

/// Refuses a text in which a user or a password stands before a registry: `me:word@reg.lan/x`, with a scheme or without.
/// What is said of it does not show it.
pub fn refuse_users(text: &str) -> Result<(), Invalid> {
    let (scheme, rest) = text.split_once("://").map_or((None, text), |(scheme, rest)| (Some(scheme), rest));
    let mut behind = rest.split('@').skip(1);
    if behind.any(|part| is_host(part) || scheme.is_some() && !part.starts_with("sha256:")) {
        let fix = "leave it out: wrtpod takes it from the login of docker or podman, \
                   such as `docker login registry.example`";
        return Err(Invalid::secret("a user or a password stands before the registry", fix));
    }
    Ok(())
}

/// Whether what stands behind an `@` is rather a registry than a digest: `reg.lan`, `10.0.0.2:5000/x`.
fn is_host(part: &str) -> bool {
    let host = part.split([':', '/']).next().unwrap_or_default();
    let end = host.rsplit_once('.').map_or("", |(_, end)| end);
    let is_name = end.starts_with(|first: char| first.is_ascii_alphabetic());
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok() || part.starts_with('[');
    part.contains('/') || host == "localhost" || is_name || is_address
}

/// The shape of a reference, for messages.
const SHAPE: &str = "write it like `registry.example/team/name:tag`";

impl FromStr for ImageRef {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        refuse_users(text)?;
        let what = quoted(text);
        let refuse = |problem: String, fix: &str| Err(Invalid::new(problem, fix));
        if let Some(rest) = text.strip_prefix("https://").or(text.strip_prefix("http://")) {
            return refuse(
                format!("the image {what} is a URL"),
                &format!("write {} without the scheme", quoted(rest)),
            );
        }
        let (rest, digest) = match text.rsplit_once('@') {
            Some((rest, digest)) => {
                let Ok(digest) = digest.parse::<Digest>() else {
                    let problem = format!("the image has the digest {}", quoted(digest));
                    let fix = "write `sha256:` and 64 lower-case hexadecimal digits after the `@`";
                    // What stands before it may be a user and a password all the same.
                    return Err(Invalid { secret: rest.contains(':'), ..Invalid::new(problem, fix) });
                };
                (rest, Some(digest))
            }
            None => (text, None),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (rest, None),
        };
        if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
            let problem = format!("the image {what} has the tag {}", quoted(tag));
            return refuse(
                problem,
                "use up to 128 letters, digits, `_`, `.` and `-`, not starting with `.` or `-`",
            );
        }
        let (registry, repository) = match path.split_once('/') {
            Some((host, rest)) if host == "localhost" || host.contains(['.', ':']) => (Some(host), rest),
            _ => (None, path),
        };
        if let Some(host) = registry.filter(|host| !is_registry(host)) {
            return refuse(format!("the image {what} names the registry {}", quoted(host)), SHAPE);
        }
        if repository.is_empty() || repository.len() > 255 {
            return refuse(format!("the image {what} has no usable repository"), SHAPE);
        }
        if let Some(bad) = repository.split('/').find(|part| !is_component(part)) {
            let problem = format!("the image {what} has the part {} in its repository", quoted(bad));
            let lower = repository.to_lowercase();
            if lower != repository && lower.split('/').all(is_component) {
                return refuse(
                    problem,
                    &format!("write it in lower case: `{}`", text.replacen(repository, &lower, 1)),
                );
            }
            return refuse(problem, "use lower-case letters and digits, joined by `.`, `_` or `-`");
        }
        Ok(Self {
            registry: registry.map(str::to_owned),
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            digest,
        })
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(&self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl TextForm for ImageRef {
    const WHAT: &'static str = "an image reference";
    const PATTERN: &'static str = "^[^\\s]+$";
    const EXAMPLE: &'static str = "openwrt/rootfs:x86_64-24.10.4";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_references_apart_and_puts_them_together() {
        let digest = format!("sha256:{}", "a1".repeat(32));
        let table = [
            ("nginx", None, "nginx", None),
            ("openwrt/rootfs:x86_64-24.10.4", None, "openwrt/rootfs", Some("x86_64-24.10.4")),
            (
                "registry.example/home-assistant/home-assistant:2026.11",
                Some("registry.example"),
                "home-assistant/home-assistant",
                Some("2026.11"),
            ),
            ("localhost:5000/a", Some("localhost:5000"), "a", None),
            ("[fd00::1]:5000/a:b", Some("[fd00::1]:5000"), "a", Some("b")),
            ("localhost/a__b", Some("localhost"), "a__b", None),
        ];
        for (text, registry, repository, tag) in table {
            for suffix in [String::new(), format!("@{digest}")] {
                let text = format!("{text}{suffix}");
                let image: ImageRef = text.parse().unwrap_or_else(|invalid| panic!("{invalid}"));
                assert_eq!(
                    (image.registry(), image.repository(), image.tag()),
                    (registry, repository, tag),
                    "{text}"
                );
                assert_eq!(image.digest().is_some(), !suffix.is_empty());
                assert_eq!(image.to_string(), text);
            }
        }
    }

    #[test]
    fn a_user_is_refused_and_not_shown() {
        for text in [
            "https://me:word@host.example/x",
            "oci://word@localhost:5000",
            "http://me:word@lan",
            "me:word@reg.lan/x",
            "me:word@reg.lan",
            "me:wo/rd@reg.lan:5000/x:1",
            "me:wo@rd@lan/x",
            "word@localhost:5000",
            "word@10.0.0.2:5000",
            "word@[fd00::1]:5000",
            &format!("me:word@reg.lan/x@sha256:{}", "a1".repeat(32)),
        ] {
            let refused = text.parse::<ImageRef>().expect_err(text);
            assert!(refused.secret && refused.problem.contains("a user or a password"), "{text}: {refused}");
            assert!(
                !refused.to_string().contains("word@") && !refused.to_string().contains("wo/"),
                "{refused}"
            );
        }
    }

    #[test]
    fn what_stands_before_a_wrong_digest_is_not_shown() {
        for text in ["me:word@lan", "word:1.25@latest", "word:1@1.25", "word:1@1.25-alpine"] {
            let refused = text.parse::<ImageRef>().expect_err(text);
            let (_, digest) = text.split_once('@').expect("it has one");
            assert_eq!(refused.problem, format!("the image has the digest `{digest}`"));
            assert!(refused.secret, "{text}");
        }
        assert!(!"nginx@sha256:12".parse::<ImageRef>().expect_err("it is short").secret);
    }

    #[test]
    fn refuses_with_a_reason() {
        let table = [
            ("", "the image `` has no usable repository"),
            ("https://registry.example/a/b", "write `registry.example/a/b` without the scheme"),
            ("Nginx:1", "write it in lower case: `nginx:1`"),
            ("a:b c", "has the tag `b c`"),
            ("a@sha256:12", "has the digest `sha256:12`"),
            ("a//b", "has the part `` in its repository"),
            ("exa_mple.org/a", "names the registry `exa_mple.org`"),
            ("localhost:99999/a", "names the registry `localhost:99999`"),
        ];
        for (text, want) in table {
            let got = text
                .parse::<ImageRef>()
                .err()
                .map_or_else(|| "accepted".to_owned(), |invalid| invalid.to_string());
            assert!(got.contains(want), "{text}: {got}");
        }
    }
}
