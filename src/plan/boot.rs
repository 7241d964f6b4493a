//! Overlays that an appliance's image is not built with, as the pod applies them itself in persistence mode `system`: what is to
//! be done, and the ConfigMap that says so. How it is done is the scripts' (`overlays`, `overlay-files` and `install` of
//! `src/pod`).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use super::model::AppliedOverlay;
use super::openwrt::SYSTEM_FOLDERS;
use super::pod::ConfigFiles;
use crate::overlay::{Content, File, Overlay, Script};
use crate::pod;
use crate::types::{PackageWish, RootPath, quoted};

/// What the kubelet mounts over: nothing else is ever seen there.
const OF_THE_KUBELET: [&str; 3] = ["etc/hosts", "etc/hostname", "etc/resolv.conf"];

/// What the pod does for an overlay.
#[derive(Debug, Clone)]
pub struct BootOverlay {
    /// Packages that it installs and removes.
    pub packages: Vec<PackageWish>,
    /// UCI files that the overlay states; those that a package brings wait for it.
    pub uci: Vec<String>,
    /// Services that it takes out of the boot, once.
    pub disabled_services: Vec<String>,
    /// Scripts that run once.
    pub scripts: Vec<Script>,
    /// Files that it lays down.
    pub files: Vec<File>,
}

impl BootOverlay {
    /// What is to be done for an overlay. Of what several overlays name, the last word counts, as in an image: `later` are
    /// those that come after this one, `own_scripts` the names of the appliance's own, which come last.
    pub fn new(overlay: &Overlay, later: &[&Overlay], own_scripts: &[&str]) -> Self {
        let spec = &overlay.spec;
        let packages = spec.packages.iter().map(|wish| &wish.value).filter(|wish| {
            let mut others = later.iter().flat_map(|other| &other.spec.packages);
            !others.any(|other| other.name() == wish.name())
        });
        let scripts = overlay.uci_defaults.iter().filter(|script| {
            let mut others = later.iter().flat_map(|other| &other.uci_defaults);
            !others.any(|other| other.name == script.name) && !own_scripts.contains(&script.name.as_str())
        });
        let files = overlay.files.iter().filter(|file| {
            let mut others = later.iter().flat_map(|other| &other.files);
            !others.any(|other| other.path == file.path)
        });
        // Their order means nothing to the scripts, and a chart's values have none.
        let uci: BTreeSet<&str> = spec.uci.iter().map(|(file, _)| file.as_str()).collect();
        Self {
            packages: packages.cloned().collect(),
            uci: uci.into_iter().map(str::to_owned).collect(),
            disabled_services: spec.disabled_services.iter().map(|service| service.value.clone()).collect(),
            scripts: scripts.cloned().collect(),
            files: files.cloned().collect(),
        }
    }

    /// What of it a pod cannot do, each as a half sentence.
    pub fn faults(&self) -> Vec<String> {
        let files = self.files.iter().filter_map(|file| {
            let path = file.path.to_string();
            Some(match &file.content {
                _ if path.chars().any(char::is_control) => {
                    format!("the name of its file {} has a control character", quoted(&path))
                }
                Content::Link(target) if target.chars().any(char::is_control) => {
                    format!("what its link {} leads to has a control character", quoted(&path))
                }
                _ if !is_kept(&file.path) => {
                    format!("its file {} lies outside of what mode `system` keeps", quoted(&path))
                }
                _ => return None,
            })
        });
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+');
        let is_service = |name: &str| !name.starts_with('.') && !name.is_empty() && name.bytes().all(fits);
        let services = self.disabled_services.iter().filter(|service| !is_service(service));
        let services = services.map(|service| format!("{} is no name of a service", quoted(service)));
        files.chain(services).collect()
    }
}

/// Whether a file is on the claim in mode `system`.
fn is_kept(path: &RootPath) -> bool {
    SYSTEM_FOLDERS.iter().any(|folder| path.as_str() != *folder && path.is_below(folder))
        && !OF_THE_KUBELET.contains(&path.as_str())
}

/// The ConfigMap with all of it: an index, whose form is written in the script `overlays`, and a key for each file and script.
/// None without such overlays.
pub fn config(appliance: &str, overlays: &[AppliedOverlay]) -> Option<ConfigFiles> {
    let mut contents = Contents::default();
    let mut index = String::new();
    for (name, boot) in
        overlays.iter().filter_map(|overlay| Some((&overlay.name.value, overlay.boot.as_ref()?)))
    {
        let mut entry = |kind: &str, fields: &[&str]| {
            let _ = writeln!(
                index,
                "{kind}\t{name}{}",
                fields.iter().flat_map(|field| ["\t", *field]).collect::<String>()
            );
        };
        entry("overlay", &[]);
        for wish in &boot.packages {
            entry("package", &[&wish.to_string()]);
        }
        for file in &boot.uci {
            entry("uci", &[file]);
        }
        for service in &boot.disabled_services {
            entry("service", &[service]);
        }
        for script in &boot.scripts {
            entry("script", &[&script.name]);
            contents.text.push((format!("script.{}", script.name), script.text.clone()));
        }
        for file in &boot.files {
            let path = file.path.as_str();
            match &file.content {
                Content::Bytes { bytes, mode } => {
                    let key = contents.put("file", bytes.clone());
                    entry("file", &[&format!("{mode:04o}"), &key, path]);
                }
                Content::Link(target) => {
                    let key = contents.put("link", Cow::Owned(target.clone().into_bytes()));
                    entry("link", &[&key, path]);
                }
            }
        }
    }
    if index.is_empty() {
        return None;
    }
    contents.text.push(("index".to_owned(), index.into()));
    contents.text.sort();
    Some(ConfigFiles { name: format!("{appliance}-overlays"), files: contents.text, binary: contents.binary })
}

/// The text that a file is, for who reads the manifests; none for what holds other control characters than tab and line break.
pub fn as_text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain = !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    is_plain.then_some(text)
}

/// The keys of a ConfigMap.
#[derive(Default)]
struct Contents {
    text: pod::Files,
    binary: pod::BinaryFiles,
    count: usize,
}

impl Contents {
    /// Adds a file under a key of its own.
    fn put(&mut self, kind: &str, bytes: Cow<'static, [u8]>) -> String {
        let key = format!("{kind}.{}", self.count);
        self.count += 1;
        let text = match &bytes {
            Cow::Borrowed(bytes) => as_text(bytes).map(Cow::Borrowed),
            Cow::Owned(bytes) => as_text(bytes).map(|text| Cow::Owned(text.to_owned())),
        };
        match text {
            Some(text) => self.text.push((key.clone(), text)),
            None => self.binary.push((key.clone(), bytes)),
        }
        key
    }
}
