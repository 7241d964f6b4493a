//! Names: of objects, of network interfaces, of environment variables.

use super::{Invalid, TextForm, label, quoted};
use std::fmt;
use std::str::FromStr;

/// Text types that are a `String` under a rule.
macro_rules! text_type {
    ($name:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == *other
            }
        }
    };
}

/// A DNS label as Kubernetes wants it for most names (RFC 1123): 1 to 63 of `a-z`, `0-9` and `-`, with a letter or
/// digit at both ends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);
text_type!(Name);

fn is_label(text: &str) -> bool {
    let body = text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    (1..=63).contains(&text.len()) && body && !text.starts_with('-') && !text.ends_with('-')
}

impl FromStr for Name {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: &str = "use 1 to 63 of a-z, 0-9 and `-`, with a letter or digit at both ends";
        let what = quoted(text);
        if text.is_empty() {
            return Err(Invalid::new("the name is empty", RULE));
        }
        if text.len() > 63 {
            return Err(Invalid::new(
                format!("the name {what} has {} characters", text.chars().count()),
                RULE,
            ));
        }
        if let Some(bad) = text.chars().find(|c| !matches!(c, 'a'..='z' | '0'..='9' | '-')) {
            let problem = format!("the name {what} contains {}", quoted(&bad.to_string()));
            let wanted: String = text.to_lowercase().replace(['_', '.', ' '], "-");
            let fix = if is_label(&wanted) { format!("write `{wanted}`") } else { RULE.into() };
            return Err(Invalid::new(problem, fix));
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(Invalid::new(format!("the name {what} starts or ends with `-`"), RULE));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TextForm for Name {
    const WHAT: &'static str = "a name";
    const PATTERN: &'static str = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$";
    const EXAMPLE: &'static str = "lan";
}

/// The name of an object of somebody else's (RFC 1123 subdomain, apimachinery `IsDNS1123Subdomain`): up to 253 of `a-z`, `0-9`, `-`
/// and `.`, with a letter or digit at both ends of each part between dots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(String);
text_type!(ObjectName);

impl FromStr for ObjectName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if label::is_domain(text) {
            return Ok(Self(text.to_owned()));
        }
        let problem = format!("{} is not the name of an object", quoted(text));
        Err(Invalid::new(problem, "use a-z, 0-9, `-` and `.`, with a letter or digit at both ends"))
    }
}

impl TextForm for ObjectName {
    const WHAT: &'static str = "the name of an object";
    const PATTERN: &'static str = r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$";
    const EXAMPLE: &'static str = "internal";
}

/// The name of a network interface, as libcni accepts it: 1 to 15 bytes, not `.` or `..`, without `/`, `:` and white
/// space (libcni `ValidateInterfaceName`; the 15 are the kernel's IFNAMSIZ less one).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InterfaceName(String);
text_type!(InterfaceName);

impl FromStr for InterfaceName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: &str = "use 1 to 15 characters without `/`, `:` and white space, such as `enp3s0`";
        let what = quoted(text);
        if text.is_empty() {
            return Err(Invalid::new("the interface name is empty", RULE));
        }
        if text.len() > 15 {
            let problem = format!("the interface name {what} has {} bytes", text.len());
            return Err(Invalid::new(problem, "the kernel takes at most 15, choose a shorter name"));
        }
        if text == "." || text == ".." {
            return Err(Invalid::new(format!("{what} is not an interface name"), RULE));
        }
        if text.contains(',') {
            let problem = format!("{what} are several interfaces");
            return Err(Invalid::new(
                problem,
                "write one; several make a bond on the node, which has a name",
            ));
        }
        if let Some(bad) =
            text.chars().find(|c| matches!(c, '/' | ':') || c.is_whitespace() || c.is_control())
        {
            let problem = format!("the interface name {what} contains {}", quoted(&bad.to_string()));
            return Err(Invalid::new(problem, RULE));
        }
        Ok(Self(text.to_owned()))
    }
}

impl TextForm for InterfaceName {
    const WHAT: &'static str = "an interface name";
    const PATTERN: &'static str = r"^(?!\.{1,2}$)[^/:,\s]{1,15}$";
    const EXAMPLE: &'static str = "enp3s0";
}

/// The name of an environment variable: letters, digits and `_`, not starting with a digit (the names that every
/// shell can use; Kubernetes takes more).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvName(String);
text_type!(EnvName);

impl FromStr for EnvName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: &str = "use letters, digits and `_`, and no digit in front";
        let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if starts_well && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Ok(Self(text.to_owned()));
        }
        let problem = if text.is_empty() {
            "the name of the variable is empty".to_owned()
        } else {
            format!("{} is not a name of an environment variable", quoted(text))
        };
        Err(Invalid::new(problem, RULE))
    }
}

impl TextForm for EnvName {
    const WHAT: &'static str = "a name of an environment variable";
    const PATTERN: &'static str = "^[A-Za-z_][A-Za-z0-9_]*$";
    const EXAMPLE: &'static str = "TZ";
}

/// Whether a text is made of letters, digits, `_` and `-` and starts with a letter or digit.
fn is_word(text: &str) -> bool {
    let body = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    (1..=63).contains(&text.len()) && body && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
}

/// The refusal of a text that is no word.
fn no_word(text: &str, what: &str) -> Invalid {
    let problem = format!("{} is not {what}", quoted(text));
    Invalid::new(problem, "use 1 to 63 letters, digits, `_` and `-`, with a letter or digit in front")
}

/// The name of a feed, as opkg's `src/gz NAME URL` has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedName(String);
text_type!(FeedName);

impl FromStr for FeedName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if is_word(text) { Ok(Self(text.to_owned())) } else { Err(no_word(text, Self::WHAT)) }
    }
}

impl TextForm for FeedName {
    const WHAT: &'static str = "the name of a feed";
    const PATTERN: &'static str = "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$";
    const EXAMPLE: &'static str = "mine";
}

/// The name of a kernel module, as `lsmod` shows it or with dashes: `wireguard`, `sch_cake`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleName(String);
text_type!(ModuleName);

impl FromStr for ModuleName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if let Some(module) = text.strip_suffix(".ko").filter(|module| is_word(module)) {
            let problem = format!("{} is the file of a kernel module", quoted(text));
            return Err(Invalid::new(problem, format!("write `{module}`")));
        }
        if is_word(text) { Ok(Self(text.to_owned())) } else { Err(no_word(text, Self::WHAT)) }
    }
}

impl TextForm for ModuleName {
    const WHAT: &'static str = "the name of a kernel module";
    const PATTERN: &'static str = "^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$";
    const EXAMPLE: &'static str = "wireguard";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: FromStr<Err = Invalid>>(text: &str) -> String {
        text.parse::<T>().err().map_or_else(|| format!("{text} was accepted"), |invalid| invalid.to_string())
    }

    #[test]
    fn accepts_names() {
        for text in ["a", "lan", "home-assistant", "0", "a-0", &"a".repeat(63)] {
            assert!(text.parse::<Name>().is_ok_and(|name| name.as_str() == text), "{text}");
        }
        for text in ["a", "gateway.example", &["a"; 127].join(".")] {
            assert!(text.parse::<ObjectName>().is_ok(), "{text}");
        }
        for text in ["enp3s0", "enp3s0.2", "br-lan", "net1", "a@b", &"x".repeat(15)] {
            assert!(text.parse::<InterfaceName>().is_ok(), "{text}");
        }
        for text in ["TZ", "_x", "a1"] {
            assert!(text.parse::<EnvName>().is_ok(), "{text}");
        }
        for text in ["openwrt_core", "mine", "sch_cake", "act-mirred"] {
            assert!(text.parse::<FeedName>().is_ok() && text.parse::<ModuleName>().is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_names_with_a_reason() {
        assert_eq!(refused::<Name>("Home_Lan"), "the name `Home_Lan` contains `H`: write `home-lan`");
        assert!(refused::<Name>("-a").starts_with("the name `-a` starts or ends with `-`: use"));
        assert!(refused::<Name>("").starts_with("the name is empty"));
        assert!(refused::<Name>(&"a".repeat(64)).contains("has 64 characters"));
        assert!(refused::<Name>("lån").contains("contains `å`: use 1 to 63"));
        for text in ["", ".a", "a..b", "A", "a_b", "-a.b", &["a"; 128].join(".")] {
            assert!(refused::<ObjectName>(text).contains("is not the name of an object"), "{text}");
        }
        assert!(refused::<InterfaceName>("averylongname123").contains("has 16 bytes"));
        assert!(refused::<InterfaceName>("a/b").contains("contains `/`"));
        assert!(refused::<InterfaceName>("a b").contains("contains ` `"));
        assert!(refused::<InterfaceName>("..").contains("is not an interface name"));
        assert!(refused::<EnvName>("1A").contains("`1A` is not a name of an environment variable"));
        assert!(refused::<EnvName>("a-b").contains("use letters, digits and `_`"));
        assert!(refused::<FeedName>("my feed").contains("`my feed` is not the name of a feed: use 1 to 63"));
        assert_eq!(refused::<ModuleName>("tun.ko"), "`tun.ko` is the file of a kernel module: write `tun`");
    }
}
