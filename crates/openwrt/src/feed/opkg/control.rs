//! What a package says of itself: the same fields in package lists, in packages and in the status file.

use super::dependency::{dependencies, name, names};
use super::error::in_field;
use super::paragraph::{Paragraph, paragraphs};
use super::{Dependency, Error, Version};
use crate::feed::users::wanted_users;
use crate::feed::{Alternative, WantedUser};
use crate::types::{Invalid, quoted};

/// The largest control file of OpenWrt's feeds has a few KiB, nearly all of it the description.
const LONGEST: usize = 1 << 20;

/// The fields that matter for choosing and installing a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Its name, with the ABI version that OpenWrt appends: `libubox20220515`.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// OpenWrt's name of the architecture; `all` for any.
    pub architecture: String,
    /// The ABI version within the name.
    pub abi_version: Option<String>,
    /// What it needs, `Pre-Depends` first.
    pub depends: Vec<Dependency>,
    /// What is installed with it where it can be had.
    pub recommends: Vec<Dependency>,
    /// What opkg would only mention; kept because the status file has it.
    pub suggests: Vec<Dependency>,
    /// Further names that it goes by, its own excluded.
    pub provides: Vec<String>,
    /// Packages whose files it may take over.
    pub replaces: Vec<String>,
    /// What it cannot be installed beside.
    pub conflicts: Vec<Dependency>,
    /// The system does not run without it: it cannot be removed.
    pub essential: bool,
    /// Links that it offers.
    pub alternatives: Vec<Alternative>,
    /// Users and groups that it needs. Package lists leave them out: only the package itself has them.
    pub users: Vec<WantedUser>,
    /// Its licence, as written.
    pub license: Option<String>,
}

impl Control {
    /// Reads a control file: one paragraph. `place` is what messages call it.
    pub fn parse(place: &str, text: &str) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(Error::TooLong { place: place.to_owned(), most: LONGEST });
        }
        let mut all = paragraphs(place, text);
        let paragraph = all.next().ok_or_else(|| Error::text(place, 1, "there is no field"))??;
        match all.next() {
            None => Self::of(&paragraph),
            Some(Err(error)) => Err(error),
            Some(Ok(second)) => Err(Error::text(place, second.line, "a second package begins here")),
        }
    }

    /// The package of a paragraph.
    pub(super) fn of(paragraph: &Paragraph<'_>) -> Result<Self, Error> {
        let field = |field: &'static str| Value { paragraph, field };
        let name = field("Package").required()?.read(name)?;
        let mut provides = field("Provides").list(names)?;
        provides.retain(|provided| *provided != name);
        let mut depends = field("Pre-Depends").list(dependencies)?;
        depends.extend(field("Depends").list(dependencies)?);
        Ok(Self {
            name,
            version: field("Version").required()?.read(str::parse)?,
            architecture: field("Architecture").required()?.read(word)?,
            abi_version: field("ABIVersion").optional(word)?,
            depends,
            recommends: field("Recommends").list(dependencies)?,
            suggests: field("Suggests").list(dependencies)?,
            provides,
            replaces: field("Replaces").list(names)?,
            conflicts: field("Conflicts").list(dependencies)?,
            essential: paragraph.get("Essential") == Some("yes"),
            alternatives: field("Alternatives").list(alternatives)?,
            users: field("Require-User").list(wanted_users)?,
            license: paragraph.get("License").map(str::to_owned),
        })
    }

    /// The names that it answers to, its own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.provides.iter().map(String::as_str))
    }
}

/// A field of a paragraph, to be read as something.
pub(super) struct Value<'a> {
    pub paragraph: &'a Paragraph<'a>,
    pub field: &'static str,
}

impl<'a> Value<'a> {
    /// Itself, where the field says something.
    pub fn required(self) -> Result<Self, Error> {
        self.paragraph.required(self.field)?;
        Ok(self)
    }

    /// What it says; the empty text where the field is missing.
    pub fn read<T>(&self, parse: impl Fn(&'a str) -> Result<T, Invalid>) -> Result<T, Error> {
        let refused = |invalid| {
            let package =
                self.paragraph.get("Package").map_or(String::new(), |name| format!("{}: ", quoted(name)));
            self.paragraph.refused(self.field, format!("{package}{}", in_field(self.field, &invalid)))
        };
        parse(self.paragraph.get(self.field).unwrap_or_default()).map_err(refused)
    }

    /// The items of a list; none where the field is missing.
    pub fn list<T>(&self, parse: impl Fn(&'a str) -> Result<Vec<T>, Invalid>) -> Result<Vec<T>, Error> {
        self.read(parse)
    }

    fn optional<T>(&self, parse: impl Fn(&'a str) -> Result<T, Invalid>) -> Result<Option<T>, Error> {
        self.paragraph.get(self.field).map(|_| self.read(parse)).transpose()
    }
}

/// A word that ends up in a line of the status file.
fn word(text: &str) -> Result<String, Invalid> {
    if text.len() <= 64 && text.bytes().all(|c| c.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(Invalid::new(format!("{} is not one word", quoted(text)), "write such as `x86_64`"))
}

/// Reads `100:/usr/bin/ssh:/usr/sbin/dropbear, …`: a priority, the link, what it points to.
pub(crate) fn alternatives(text: &str) -> Result<Vec<Alternative>, Invalid> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;

    const SSH: &str = "Package: ssh\nVersion: 1:2-3\nDepends: libc, a | b\nPre-Depends: first\nProvides: ssh, shell\n\
        Conflicts: other (<< 2)\nAlternatives: 100:/usr/bin/ssh:/usr/sbin/ssh, -1:/bin/x:y\nLicense: MIT\n\
        Require-User: ssh=22:ssh=22\nABIVersion: 7\nEssential: yes\nArchitecture: x86_64\nDescription: text\n more: a\n";

    #[test]
    fn reads_every_field() {
        let control = Control::parse("control", SSH).unwrap();
        assert_eq!(control.names().collect::<Vec<_>>(), ["ssh", "shell"]);
        let depends: Vec<String> = control.depends.iter().map(ToString::to_string).collect();
        assert_eq!(depends, ["first", "libc", "a | b"]);
        assert_eq!(control.version.as_str(), "1:2-3");
        assert_eq!((control.abi_version.as_deref(), control.license.as_deref()), (Some("7"), Some("MIT")));
        assert_eq!(control.users.len(), 1);
        assert!(control.essential);
        let links: Vec<_> = control
            .alternatives
            .iter()
            .map(|one| (one.priority, one.path.to_string(), one.target.as_str()))
            .collect();
        assert_eq!(
            links,
            [(100, "/usr/bin/ssh".to_owned(), "/usr/sbin/ssh"), (-1, "/bin/x".to_owned(), "y")]
        );
    }

    #[test]
    fn names_the_package_the_field_and_the_line() {
        for (from, to, message) in [
            (
                "Package: ssh",
                "Package: ../ssh",
                "control, line 1: `../ssh`: `Package`: `../ssh` is no name of a package: use letters, digits, `+`, `-`, `.`, `_`, the first a letter or digit",
            ),
            ("Package: ssh\n", "", "control, line 1: the package has no `Package`"),
            ("Version: 1:2-3\n", "Version:\n", "control, line 2: the package has no `Version`"),
            (
                "x86_64",
                "x 86",
                "control, line 12: `ssh`: `Architecture`: `x 86` is not one word: write such as `x86_64`",
            ),
            (
                "libc,",
                "li bc,",
                "control, line 3: `ssh`: `Depends`: `li bc` is no name of a package: use letters, digits, `+`, `-`, `.`, `_`, the first a letter or digit",
            ),
            (
                "100:/usr",
                "high:/usr",
                "control, line 7: `ssh`: `Alternatives`: `high:/usr/bin/ssh:/usr/sbin/ssh` is no alternative: write such as `100:/usr/bin/ssh:/usr/sbin/dropbear`",
            ),
            ("Description", "\nPackage: b\nDescription", "control, line 14: a second package begins here"),
        ] {
            let error = Control::parse("control", &SSH.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        assert_eq!(
            Control::parse("control", "\n").unwrap_err().to_string(),
            "control, line 1: there is no field"
        );
    }

    #[test]
    fn refuses_links_that_lead_out_of_the_root() {
        for text in ["1:/../x:y", "1:usr/x:y", "1:/x:", "1:/x", ":/x:y", "1:/x:y:z"] {
            assert!(alternatives(text).is_err(), "{text}");
        }
    }
}
