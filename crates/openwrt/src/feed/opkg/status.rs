//! What opkg remembers of an installed package: a paragraph of `/usr/lib/opkg/status`.

use std::collections::BTreeMap;

use super::paragraph::Paragraph;
use super::{Control, Dependency, Error};
use crate::feed::Alternative;
use crate::types::RootPath;

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// What it said of itself when it was installed.
    pub control: Control,
    /// Its conffiles with the hexadecimal SHA-256 that they were installed with (or MD5, by an old opkg).
    pub conffiles: BTreeMap<RootPath, String>,
    pub(super) flags: Flags,
    /// Seconds since 1970; 0 if it is not known.
    pub(super) time: u64,
    /// Whether it was installed because another package needed it.
    pub(super) is_automatic: bool,
}

/// What the status line remembers between `install` and `installed`; `ok` is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    pub is_held: bool,
    pub is_preferred: bool,
    pub is_wanted: bool,
}

impl Installed {
    /// The installed package of a paragraph; none when the paragraph is about one that is not there any more.
    pub(super) fn of(paragraph: &Paragraph<'_>) -> Result<Option<Self>, Error> {
        let status = paragraph.required("Status")?;
        let words: Vec<&str> = status.split_ascii_whitespace().collect();
        let [_, flags, state] = words[..] else {
            return Err(
                paragraph.refused("Status", "`Status` is not three words such as `install user installed`")
            );
        };
        if !matches!(state, "installed" | "unpacked") {
            return Ok(None);
        }
        let has = |flag| flags.split(',').any(|own| own == flag);
        let flags = Flags { is_held: has("hold"), is_preferred: has("prefer"), is_wanted: has("user") };
        Ok(Some(Self {
            control: Control::of(paragraph)?,
            conffiles: conffiles(paragraph)?,
            flags,
            time: paragraph.get("Installed-Time").and_then(|time| time.parse().ok()).unwrap_or(0),
            is_automatic: paragraph.get("Auto-Installed") == Some("yes"),
        }))
    }

    /// Whether opkg keeps it where others provide the same name.
    pub(super) fn is_held(&self) -> bool {
        self.flags.is_held || self.flags.is_preferred
    }

    /// The paragraph as opkg writes it (`pkg_print_status`), without the blank line. A field that would be empty is
    /// left out: opkg crashes on one.
    pub(super) fn paragraph(&self) -> String {
        let control = &self.control;
        let mut text = String::new();
        push(&mut text, "Package", &control.name);
        push(&mut text, "ABIVersion", control.abi_version.as_deref().unwrap_or_default());
        push(&mut text, "Version", control.version.as_str());
        push(&mut text, "Depends", &list(&control.depends));
        push(&mut text, "Recommends", &list(&control.recommends));
        push(&mut text, "Suggests", &list(&control.suggests));
        push(&mut text, "Provides", &control.provides.join(", "));
        push(&mut text, "Replaces", &control.replaces.join(", "));
        push(&mut text, "Conflicts", &list(&control.conflicts));
        push(&mut text, "Status", &format!("install {} installed", self.flags.text()));
        push(&mut text, "Essential", if control.essential { "yes" } else { "" });
        push(&mut text, "Architecture", &control.architecture);
        if !self.conffiles.is_empty() {
            text.push_str("Conffiles:\n");
            text.extend(self.conffiles.iter().map(|(path, sum)| format!(" {path} {sum}\n")));
        }
        if self.time != 0 {
            push(&mut text, "Installed-Time", &self.time.to_string());
        }
        push(&mut text, "Auto-Installed", if self.is_automatic { "yes" } else { "" });
        push(
            &mut text,
            "Alternatives",
            &control.alternatives.iter().map(offer).collect::<Vec<_>>().join(", "),
        );
        text
    }
}

/// Adds a field that says something.
fn push(text: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        text.extend([name, ": ", value, "\n"]);
    }
}

impl Flags {
    /// In opkg's order (`pkg_state_flag_map`).
    fn text(self) -> String {
        let set = [(self.is_held, "hold"), (self.is_preferred, "prefer"), (self.is_wanted, "user")];
        let set: Vec<&str> = set.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name).collect();
        if set.is_empty() { "ok".to_owned() } else { set.join(",") }
    }
}

fn list(all: &[Dependency]) -> String {
    // opkg writes greedy ones, which are optional, nowhere.
    all.iter().filter(|one| !one.greedy).map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn offer(one: &Alternative) -> String {
    format!("{}:{}:{}", one.priority, one.path, one.target)
}

fn conffiles(paragraph: &Paragraph<'_>) -> Result<BTreeMap<RootPath, String>, Error> {
    let read = |line: &&str| {
        let (path, sum) = line.rsplit_once(' ')?;
        let is_sum = matches!(sum.len(), 32 | 64) && sum.bytes().all(|c| c.is_ascii_hexdigit());
        Some((path.trim().parse().ok()?, is_sum.then(|| sum.to_owned())?))
    };
    let lines = paragraph.continuation("Conffiles").iter();
    let all: Option<_> = lines.map(read).collect();
    all.ok_or_else(|| paragraph.refused("Conffiles", "`Conffiles` has a line that is not a path and a hash"))
}
