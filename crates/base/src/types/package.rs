//! Packages as a document asks for them.

use super::{Invalid, TextForm, quoted};
use std::fmt;
use std::str::FromStr;

/// The longest name of a package, in bytes: it becomes the name of a file with suffixes behind it.
const LONGEST: usize = 200;

/// A package that is wanted, or with a `-` in front one that must not be there (ImageBuilder's `PACKAGES="a -b"`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageWish {
    name: String,
    unwanted: bool,
}

impl PackageWish {
    /// The name of the package, without a `-` in front.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it must not be there.
    pub fn is_unwanted(&self) -> bool {
        self.unwanted
    }
}

impl FromStr for PackageWish {
    type Err = Invalid;

    /// Names as OpenWrt's feeds have them: letters, digits, `+`, `-`, `.` and `_`.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (name, unwanted) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.' | b'_');
        let starts = name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        if starts && name.bytes().all(fits) && name.len() <= LONGEST {
            return Ok(Self { name: name.to_owned(), unwanted });
        }
        let problem = format!("{} is not the name of a package", quoted(text));
        let bare = name.split(['=', '<', '>', '~', ' ', '@']).next().unwrap_or_default();
        Err(if bare.len() < name.len() && bare.bytes().all(fits) && !bare.is_empty() {
            Invalid::new(
                problem,
                format!("write `{bare}` alone: the feeds of the release have one version of it"),
            )
        } else {
            Invalid::new(problem, "write a name such as `tcpdump`, or `-tcpdump` to leave it out")
        })
    }
}

impl fmt::Display for PackageWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unwanted {
            f.write_str("-")?;
        }
        f.write_str(&self.name)
    }
}

impl TextForm for PackageWish {
    const WHAT: &'static str = "the name of a package";
    const PATTERN: &'static str = "^-?[A-Za-z0-9][A-Za-z0-9+._-]*$";
    const EXAMPLE: &'static str = "tcpdump";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(text: &str) -> Result<PackageWish, String> {
        text.parse().map_err(|invalid: Invalid| invalid.to_string())
    }

    #[test]
    fn takes_names_of_feeds() {
        for (text, name, unwanted) in [
            ("tcpdump", "tcpdump", false),
            ("-dnsmasq", "dnsmasq", true),
            ("libstdcpp6", "libstdcpp6", false),
            ("ddns-scripts_no-ip.com", "ddns-scripts_no-ip.com", false),
        ] {
            let wish = wish(text).unwrap_or_else(|invalid| panic!("{invalid}"));
            assert_eq!(
                (wish.name(), wish.is_unwanted(), wish.to_string()),
                (name, unwanted, text.to_owned())
            );
        }
    }

    #[test]
    fn refuses_what_no_feed_has() {
        assert_eq!(
            wish("tcpdump=4.99"),
            Err("`tcpdump=4.99` is not the name of a package: write `tcpdump` alone: the feeds of the release have \
                 one version of it"
                .into())
        );
        let long = "a".repeat(201);
        for bad in ["", "-", "--a", "a/b", "../a", "a\nb", "é", "a;b", &long] {
            assert!(wish(bad).is_err(), "{bad}");
        }
    }
}
