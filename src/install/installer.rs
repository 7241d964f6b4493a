//! The installer: items of packages, and what packages want beside their files.

use std::collections::BTreeMap;
use std::io::Read;
use std::mem;

use super::accounts::Accounts;
use super::error::Error;
use super::scripts::at_boot;
use super::{fit, services};
use crate::feed::{Item, Kind, Owner, Package, WantedUser};
use crate::image::{self, Attributes, Node, Root};
use crate::types::RootPath;

/// The mode of the passwords.
const SHADOW: u32 = 0o600;
/// The files of accounts, each with the mode of a new one.
const ACCOUNTS: [(&str, u32); 3] = [("etc/passwd", 0o644), ("etc/group", 0o644), ("etc/shadow", SHADOW)];
/// The scripts of services.
const SERVICES: &str = "etc/init.d";
/// Scripts that are run once at the first boot.
pub const FIRST_BOOT: &str = "etc/uci-defaults";

/// What the reader of a build has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A file that would have been under `/tmp`, where nothing of an image is seen.
    LeftOut {
        /// The package that has it.
        package: String,
        /// The file.
        path: RootPath,
    },
    /// What lies in the base where a package has a file or link, and is not the package's or was changed, is kept, and the
    /// package's own is beside it.
    Kept {
        /// The package that has it.
        package: String,
        /// The file that is kept.
        path: RootPath,
        /// Where the package's file is.
        aside: RootPath,
    },
    /// A file or link of a package that went, which was changed in the base and stays.
    Stays {
        /// The package that had it.
        package: String,
        /// What stays.
        path: RootPath,
    },
    /// A script of a package that runs at the first boot, since nothing runs while an image is built.
    AtBoot {
        /// The package.
        package: String,
    },
}

/// Whether what is there stays, with the package's own file or link beside it: asked with the root and a path at which
/// something is. Gives the path beside.
pub type Keep<'a> = &'a dyn Fn(&Root, &RootPath) -> Option<RootPath>;

/// Puts packages into a root.
#[derive(Debug)]
pub struct Installer {
    root: Root,
    accounts: Accounts,
    /// The users that packages asked for so far.
    users: Vec<WantedUser>,
    /// Where packages' own files are that stand beside what is there.
    asides: BTreeMap<RootPath, RootPath>,
    notes: Vec<Note>,
}

impl Installer {
    /// An installer for a root.
    pub fn new(root: Root) -> Result<Self, Error> {
        let accounts = accounts(&root)?;
        Ok(Self { root, accounts, users: Vec::new(), asides: BTreeMap::new(), notes: Vec::new() })
    }

    /// The root as it is by now.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The root, to be changed by who keeps a database in it.
    pub fn root_mut(&mut self) -> &mut Root {
        &mut self.root
    }

    /// Puts one item of a package.
    pub fn item(
        &mut self,
        package: &str,
        item: &Item,
        content: &mut dyn Read,
        keep: Keep<'_>,
    ) -> Result<(), Error> {
        match self.put(package, item, content, keep) {
            Err(Error::Root(image::Error::Volatile { .. })) => {
                if item.kind != Kind::Folder {
                    self.notes.push(Note::LeftOut { package: package.to_owned(), path: item.path.clone() });
                }
                Ok(())
            }
            result => result,
        }
    }

    fn put(
        &mut self,
        package: &str,
        item: &Item,
        content: &mut dyn Read,
        keep: Keep<'_>,
    ) -> Result<(), Error> {
        let (uid, gid) = self.ids(&item.owner);
        let attributes = Attributes { mode: item.mode, uid, gid };
        let there = self.root.get(&item.path).map(|node| &node.kind);
        if item.kind == Kind::Folder {
            // A folder that is there keeps its attributes, as with opkg; apk decides at the end.
            if !matches!(there, Some(image::Kind::Folder | image::Kind::Symlink(_))) {
                self.root.put_folder(&item.path, attributes)?;
            }
            return Ok(());
        }
        let aside = there.and_then(|_| keep(&self.root, &item.path));
        let place = aside.as_ref().unwrap_or(&item.path);
        match &item.kind {
            Kind::Symlink(text) => self.root.put_symlink(place, text)?,
            Kind::Hardlink(file) => self.root.put_hardlink(place, self.asides.get(file).unwrap_or(file))?,
            Kind::File(_) | Kind::Folder => self.root.put_file(place, attributes, content)?,
        }
        match aside {
            Some(aside) => self.put_aside(package, &item.path, aside)?,
            None if ACCOUNTS.iter().any(|(file, _)| *file == item.path.as_str()) => {
                self.accounts = accounts(&self.root)?;
                self.users.iter().for_each(|user| self.accounts.add(user));
            }
            None => {}
        }
        Ok(())
    }

    /// Notes what stands beside what is there; nothing has to where both are the same.
    fn put_aside(&mut self, package: &str, path: &RootPath, aside: RootPath) -> Result<(), Error> {
        // A link and a file whose text is its target have one digest.
        let kind = |path: &RootPath| self.root.get(path).map(|node| mem::discriminant(&node.kind));
        if kind(path) == kind(&aside) && self.root.digest(path)? == self.root.digest(&aside)? {
            self.root.remove_file(&aside);
            return Ok(());
        }
        let kept = Note::Kept { package: package.to_owned(), path: path.clone(), aside: aside.clone() };
        self.notes.push(kept);
        self.asides.insert(path.clone(), aside);
        Ok(())
    }

    /// What a package wants beside its files, once they are there: users, services that start, a script at the first boot.
    pub fn package(&mut self, package: &Package) -> Result<(), Error> {
        for user in &package.users {
            self.accounts.add(user);
            self.users.push(user.clone());
        }
        for item in &package.items {
            if is_service(&item.path) {
                enable(&mut self.root, &item.path)?;
            }
        }
        if let Some(text) = at_boot(package) {
            // After OpenWrt's own migrations of accounts and bridges, before the packages' settings.
            let path = fixed(&format!("{FIRST_BOOT}/15_wrtpod-{}", package.name))?;
            self.root.put_file(&path, Attributes::root(0o755), &mut text.as_slice())?;
            self.notes.push(Note::AtBoot { package: package.name.clone() });
        }
        Ok(())
    }

    /// Takes out a file or link of a package that goes, or that a new version of it has no more; a service of that file does
    /// not start any more.
    pub fn take_out(&mut self, path: &RootPath) -> Result<(), Error> {
        self.root.remove_file(path);
        self.stop(path)
    }

    /// Leaves a file or link of a package where it is, since it was changed.
    pub fn leave(&mut self, package: &str, path: &RootPath) {
        self.notes.push(Note::Stays { package: package.to_owned(), path: path.clone() });
    }

    /// Has a service not start any more, if that file is one; its package goes.
    pub fn stop(&mut self, path: &RootPath) -> Result<(), Error> {
        if is_service(path) { disable(&mut self.root, path.name()) } else { Ok(()) }
    }

    /// Puts a file of an overlay or a recipe; a service among them starts.
    pub fn file(
        &mut self,
        path: &RootPath,
        attributes: Attributes,
        content: &mut dyn Read,
    ) -> Result<(), Error> {
        self.root.put_file(path, attributes, content)?;
        if is_service(path) {
            enable(&mut self.root, path)?;
        }
        Ok(())
    }

    /// The numbers of who has an item of a package.
    pub fn ids(&self, owner: &Owner) -> (u32, u32) {
        match owner {
            Owner::Id(uid, gid) => (*uid, *gid),
            Owner::Name(user, group) => self.accounts.ids(user, group),
        }
    }

    /// The numbers of a user and a group, each a name that the root knows or a number.
    pub fn owner(&self, user: &str, group: &str) -> Option<(u32, u32)> {
        Some((self.accounts.user(user)?, self.accounts.group(group)?))
    }

    /// Takes a service out of those that start. It has to be there.
    pub fn disable(&mut self, service: &str) -> Result<(), Error> {
        let script = fixed(&format!("etc/init.d/{service}"))?;
        if self.root.get(&script).is_none() {
            return Err(Error::NoService { service: service.to_owned() });
        }
        disable(&mut self.root, service)
    }

    /// Writes the accounts, and makes the root fit for a pod.
    pub fn finish(mut self) -> Result<(Root, Vec<Note>), Error> {
        for ((path, mode), text) in ACCOUNTS.into_iter().zip(self.accounts.texts()) {
            let path = fixed(path)?;
            let attributes = match self.root.get(&path) {
                // A shadow that is open to others is closed.
                Some(Node { kind: image::Kind::File(_), attributes }) if mode != SHADOW => *attributes,
                _ => Attributes::root(mode),
            };
            if self.root.read(&path)?.unwrap_or_default() != text.as_bytes() {
                self.root.put_file(&path, attributes, &mut text.as_bytes())?;
            }
        }
        fit::for_a_pod(&mut self.root)?;
        Ok((self.root, self.notes))
    }
}

/// The accounts that a root has.
fn accounts(root: &Root) -> Result<Accounts, Error> {
    let text = |path: &str| -> Result<String, Error> {
        let path = fixed(path)?;
        let bytes = root.read(&path)?.unwrap_or_default();
        String::from_utf8(bytes).map_err(|_| Error::Base { path, problem: "it is no text".to_owned() })
    };
    let [passwd, group, shadow] = ACCOUNTS.map(|(path, _)| text(path));
    Ok(Accounts::new(&passwd?, &group?, &shadow?))
}

fn is_service(path: &RootPath) -> bool {
    path.parent().is_some_and(|folder| folder.as_str() == SERVICES)
}

/// Makes the links of a service that starts, by its script, in place of those that an earlier version of it had.
fn enable(root: &mut Root, script: &RootPath) -> Result<(), Error> {
    let Some(text) = root.read(script)? else { return Ok(()) };
    let service = script.name().to_owned();
    disable(root, &service)?;
    for link in services::links(&service, &String::from_utf8_lossy(&text)) {
        root.put_symlink(&fixed(&format!("etc/rc.d/{link}"))?, &format!("../init.d/{service}"))?;
    }
    Ok(())
}

/// Removes the links of a service.
pub(super) fn disable(root: &mut Root, service: &str) -> Result<(), Error> {
    let links: Vec<RootPath> = root
        .below(&fixed("etc/rc.d")?)
        .map(|(path, _)| path)
        .filter(|path| services::is_link_of(path.name(), service))
        .cloned()
        .collect();
    for link in links {
        root.remove(&link)?;
    }
    Ok(())
}

fn fixed(path: &str) -> Result<RootPath, Error> {
    path.parse().map_err(|_| Error::Package {
        package: path.to_owned(),
        problem: "its name cannot be that of a file".to_owned(),
    })
}
