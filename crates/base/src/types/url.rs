//! Addresses of what is fetched: root file systems, checksums, feeds.

use super::{Invalid, TextForm, quoted};
use std::fmt;
use std::str::FromStr;

/// The longest URL that is taken, in bytes: what common proxies take.
const LONGEST: usize = 2048;

/// An `http://` or `https://` URL without white space, user name and fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// The URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of another file beside this one: its last part replaced, what follows a `?` dropped.
    #[must_use]
    pub fn sibling(&self, name: &str) -> Self {
        let path = self.0.split('?').next().unwrap_or_default();
        let after_scheme = path.find("://").map_or(0, |at| at + 3);
        match path[after_scheme..].rfind('/') {
            Some(slash) => Self(format!("{}{name}", &path[..=after_scheme + slash])),
            None => Self(format!("{path}/{name}")),
        }
    }
}

impl FromStr for HttpUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = |why: &str, fix: &str| Err(Invalid::new(format!("{} {why}", quoted(text)), fix));
        let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
            return refused("is not an HTTP URL", "write it like `https://host.example/path`");
        };
        if text.len() > LONGEST {
            return refused("is longer than 2048 bytes", "write a shorter URL");
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return refused("has white space in it", "write `%20` for a space");
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return refused("has no host", "write it like `https://host.example/path`");
        }
        if authority.contains('@') {
            // The text may be a password: it is not repeated.
            return Err(Invalid::new(
                format!(
                    "the URL of {} has a user name in it",
                    quoted(authority.rsplit('@').next().unwrap_or(""))
                ),
                "write it without: documents are no place for passwords",
            ));
        }
        if text.contains('#') {
            return refused("has a fragment", "leave the `#` and what follows out");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TextForm for HttpUrl {
    const WHAT: &'static str = "an HTTP URL";
    const PATTERN: &'static str = r"^https?://[^\s@]+$";
    const EXAMPLE: &'static str = "https://downloads.example/openwrt-24.10.4-x86-64-rootfs.tar.gz";
}

/// The URL of a feed, in which `{arch}`, `{release}` and `{target}` stand for the base's own words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedUrl(HttpUrl);

impl FeedUrl {
    /// The words that are replaced.
    const WORDS: [&'static str; 3] = ["{arch}", "{release}", "{target}"];

    /// The URL for a base: OpenWrt's name of its architecture (`x86_64`), its release (`24.10.4`) and its target
    /// (`x86/64`).
    pub fn of(&self, arch: &str, release: &str, target: &str) -> String {
        let words = Self::WORDS.into_iter().zip([arch, release, target]);
        words.fold(self.0.as_str().to_owned(), |url, (word, value)| url.replace(word, value))
    }
}

impl FromStr for FeedUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let url: HttpUrl = text.parse()?;
        let rest = Self::WORDS.into_iter().fold(text.to_owned(), |rest, word| rest.replace(word, ""));
        if rest.contains(['{', '}']) {
            let problem = format!("{} has a `{{` or `}}` that stands for nothing", quoted(text));
            return Err(Invalid::new(problem, "write `{arch}`, `{release}` or `{target}`"));
        }
        Ok(Self(url))
    }
}

impl fmt::Display for FeedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TextForm for FeedUrl {
    const WHAT: &'static str = "the URL of a feed";
    const PATTERN: &'static str = r"^https?://[^\s@]+$";
    const EXAMPLE: &'static str = "https://feeds.example/{release}/{arch}/mine";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> HttpUrl {
        text.parse().unwrap_or_else(|invalid| panic!("{invalid}"))
    }

    #[test]
    fn knows_what_lies_beside_it() {
        for (text, want) in [
            ("https://a.example/x/root.tar.gz", "https://a.example/x/sha256sums"),
            ("https://a.example/root.tar.gz?token=1/2", "https://a.example/sha256sums"),
            ("http://a.example", "http://a.example/sha256sums"),
        ] {
            assert_eq!(url(text).sibling("sha256sums").as_str(), want);
        }
    }

    #[test]
    fn refuses_what_is_fetched_by_other_means() {
        for bad in
            ["", "ftp://a/b", "file:///a", "https://", "https:///a", "https://a b", "https://a/#b", "a/b"]
        {
            assert!(bad.parse::<HttpUrl>().is_err(), "{bad}");
        }
        let refused = "https://me:secret@a.example/x".parse::<HttpUrl>().map_err(|invalid| invalid.problem);
        assert_eq!(refused, Err("the URL of `a.example` has a user name in it".to_owned()));
    }

    #[test]
    fn a_feed_is_told_the_words_of_its_base() {
        let feed: Result<FeedUrl, _> = "https://a.example/{release}/targets/{target}/{arch}".parse();
        let url = feed.map(|feed| feed.of("x86_64", "24.10.4", "x86/64"));
        assert_eq!(url.as_deref(), Ok("https://a.example/24.10.4/targets/x86/64/x86_64"));
        for bad in ["https://a.example/{version}", "https://a.example/{arch", "https://a.example/}"] {
            assert!(bad.parse::<FeedUrl>().is_err(), "{bad}");
        }
    }
}
