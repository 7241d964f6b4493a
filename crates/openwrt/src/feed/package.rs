//! A package, whichever family it comes from.

use std::io::Read;
use std::str::FromStr;

use crate::types::{Invalid, RootPath, quoted};

/// What a package says of itself, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Package {
    /// Its name, with the ABI version that OpenWrt appends.
    pub name: String,
    /// Its version.
    pub version: String,
    /// OpenWrt's name of the architecture; `all` or `noarch` for any.
    pub architecture: String,
    /// What is in it, in the order of the archive.
    pub items: Vec<Item>,
    /// Files that a user may change and that an upgrade keeps.
    pub conffiles: Vec<RootPath>,
    /// Links that several packages offer.
    pub alternatives: Vec<Alternative>,
    /// Users and groups that it needs.
    pub users: Vec<WantedUser>,
    /// What it wants run.
    pub scripts: Vec<Script>,
}

/// A file, folder or link of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it goes.
    pub path: RootPath,
    /// What it is.
    pub kind: Kind,
    /// Permission bits, `0o7777` at most.
    pub mode: u32,
    /// Whose it is.
    pub owner: Owner,
}

/// What an item is. Devices, FIFOs and sockets are refused by the readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A folder.
    Folder,
    /// A regular file of so many bytes.
    File(u64),
    /// A symbolic link with its text.
    Symlink(String),
    /// Another name of an earlier file of the same package.
    Hardlink(RootPath),
}

/// Whose an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// Numbers of user and group, as ipk archives have them.
    Id(u32, u32),
    /// Names of user and group, as apk v3 has them.
    Name(String, String),
}

/// One offer for a link, of which the highest priority wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The higher wins.
    pub priority: i32,
    /// The link.
    pub path: RootPath,
    /// What it points to, as written: `/usr/bin/vim-full`.
    pub target: String,
}

impl FromStr for Alternative {
    type Err = Invalid;

    /// Reads `100:/usr/bin/ssh:/usr/sbin/dropbear`: the priority, the link, what it points to.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let refused = || {
            let problem = format!("{} is no alternative", quoted(text));
            Invalid::new(problem, "write such as `100:/usr/bin/ssh:/usr/sbin/dropbear`")
        };
        let mut parts = text.splitn(3, ':').map(str::trim);
        let mut part = || parts.next().filter(|part| !part.is_empty()).ok_or_else(refused);
        let (priority, path, target) = (part()?, part()?, part()?);
        if !path.starts_with('/') || target.contains(':') {
            return Err(refused());
        }
        let priority = priority.parse().map_err(|_| refused())?;
        Ok(Self { priority, path: path.parse()?, target: target.to_owned() })
    }
}

/// A user, a group, or both, that a package needs (`Require-User`, `.rusers`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WantedUser {
    /// Its name and its number, where one is wanted.
    pub user: Option<(String, Option<u32>)>,
    /// Its main group and the number of that.
    pub group: Option<(String, Option<u32>)>,
    /// Further groups that it is to be in.
    pub more_groups: Vec<(String, Option<u32>)>,
}

/// A script of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// When it wants to run.
    pub kind: ScriptKind,
    /// Its bytes, as the package has them.
    pub text: Vec<u8>,
}

/// When a script wants to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScriptKind {
    /// Before the files are there.
    PreInstall,
    /// After: OpenWrt's common wrapper (opkg), or wrapper and the package's own part in one (apk).
    PostInstall,
    /// The package's own part of it (opkg's `postinst-pkg`).
    PostInstallOwn,
    /// Before removal.
    PreRemove,
    /// The package's own part of it (opkg's `prerm-pkg`).
    PreRemoveOwn,
    /// After removal.
    PostRemove,
    /// Before an upgrade (apk).
    PreUpgrade,
    /// After an upgrade (apk).
    PostUpgrade,
    /// When a folder that it watches has changed (apk).
    Trigger,
}

/// Takes the items of a package one by one; the reader has the content of a regular file and is empty for all else.
/// What it does not read is skipped, and still verified.
pub type Visitor<'a, E> = &'a mut dyn FnMut(&Item, &mut dyn Read) -> Result<(), E>;
