//! Overlays: parts of an OpenWrt machine, each a folder with `overlay.yaml`, `files/` and `uci-defaults/`.
//!
//! Finds those that documents name, among the ones that come with the binary or on the disk, and reads them: bounded, and
//! without following a link. It does not know what becomes of them: an image's build lays their files onto a root, and the
//! plan gives an appliance what they need. Entries: [`gather`], [`Overlay::settings_script`].

mod embedded;
mod folder;
mod settings;
#[cfg(test)]
mod tests;

pub use embedded::{EMBEDDED, Embedded};
pub use folder::FolderError;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diag::{Code, Diagnostics, FileId, Finding, Loc, SourceMap};
use crate::spec::{self, Documents, Input, OverlaySpec, Request};
use crate::types::{OverlayRef, RootPath, nearest, quoted};

/// An overlay, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// The name that its document gives it.
    pub name: String,
    /// What its document states; paths in messages are those of its `overlay.yaml`.
    pub spec: OverlaySpec,
    /// What lies below `files/`, in the order of paths. Folders are made as they are needed.
    pub files: Vec<File>,
    /// The scripts of `uci-defaults/`, in the order of names, which is the one in which they run.
    pub uci_defaults: Vec<Script>,
}

/// A file or link of an overlay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it goes.
    pub path: RootPath,
    /// What it is.
    pub content: Content,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A regular file.
    Bytes {
        /// Its bytes.
        bytes: Cow<'static, [u8]>,
        /// Permission bits, `0o755` at most.
        mode: u32,
    },
    /// A symbolic link with its text, which means something inside the root alone.
    Link(String),
}

/// A script that runs once, on the first boot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name in `/etc/uci-defaults`.
    pub name: String,
    /// Its text.
    pub text: Cow<'static, str>,
}

/// The overlays that the documents of a run name.
#[derive(Debug, Clone, Default)]
pub struct Overlays(BTreeMap<Place, Overlay>);

/// A reference, and the file that a folder is relative to.
type Place = (OverlayRef, Option<FileId>);

fn place(reference: &Loc<OverlayRef>) -> Place {
    let file = match reference.value {
        OverlayRef::Name(_) => None,
        OverlayRef::Folder(_) => reference.span.map(|span| span.file),
    };
    (reference.value.clone(), file)
}

impl Overlays {
    /// The overlay behind a reference; none for one that could not be read, which was reported.
    pub fn get(&self, reference: &Loc<OverlayRef>) -> Option<&Overlay> {
        self.0.get(&place(reference))
    }
}

/// Reads every overlay that an appliance or an image names. One that is not there or cannot be read is reported once.
pub fn gather(documents: &Documents, sources: &mut SourceMap, diags: &mut Diagnostics) -> Overlays {
    let mut read: BTreeMap<Place, Option<Overlay>> = BTreeMap::new();
    let all = || std::iter::once(documents).chain(documents.guess.as_deref());
    let of_appliances = all().flat_map(|documents| &documents.appliances).flat_map(|one| &one.spec.overlays);
    let of_images = all().flat_map(|documents| &documents.images).flat_map(|image| &image.spec.overlays);
    for reference in of_appliances.chain(of_images) {
        read.entry(place(reference)).or_insert_with(|| match &reference.value {
            OverlayRef::Name(name) => from_embedded(name.as_str(), reference, sources, diags),
            OverlayRef::Folder(folder) => from_folder(folder, reference, sources, diags),
        });
    }
    Overlays(read.into_iter().filter_map(|(place, overlay)| Some((place, overlay?))).collect())
}

/// Every overlay that comes with the binary, by name.
pub fn embedded() -> Vec<Overlay> {
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let read = |known: &Embedded| {
        let reference = Loc::bare(known.name.parse().expect("our own names are references"));
        from_embedded(known.name, &reference, &mut sources, &mut diags).expect("our own overlays are read")
    };
    EMBEDDED.iter().map(read).collect()
}

fn from_embedded(
    name: &str,
    reference: &Loc<OverlayRef>,
    sources: &mut SourceMap,
    diags: &mut Diagnostics,
) -> Option<Overlay> {
    let Some(embedded) = EMBEDDED.iter().find(|known| known.name == name) else {
        let message = format!("no overlay {} comes with wrtpod", quoted(name));
        let help = match nearest(name, EMBEDDED.iter().map(|known| known.name)) {
            Some(known) => format!("did you mean `{known}`?"),
            None => format!("one of your own is a folder with a `/` in its name: `./{name}`"),
        };
        diags.push(Finding::error(Code::UnknownOverlay, message).at(reference.span).help(help));
        return None;
    };
    let (name, spec) = document(embedded.file, embedded.text.to_owned(), reference, sources, diags)?;
    Some(Overlay { name, spec, files: embedded.files(), uci_defaults: embedded.uci_defaults() })
}

fn from_folder(
    folder: &str,
    reference: &Loc<OverlayRef>,
    sources: &mut SourceMap,
    diags: &mut Diagnostics,
) -> Option<Overlay> {
    let named_in = reference.span.map_or("", |span| sources.name(span.file));
    let joined = Path::new(named_in).parent().unwrap_or(Path::new("")).join(folder);
    // Without the `./` in the middle, for messages.
    let path: PathBuf = joined.components().collect();
    let mut faults = Vec::new();
    let read = folder::read(&path, &mut faults);
    let sound = faults.is_empty();
    for fault in faults {
        let help = fault.help();
        diags.push(Finding::error(Code::OverlayFolder, fault.to_string()).at(reference.span).help(help));
    }
    let read = read?;
    let (name, spec) = document(&read.document_name, read.document, reference, sources, diags)?;
    sound.then_some(Overlay { name, spec, files: read.files, uci_defaults: read.uci_defaults })
}

/// The one document of an `overlay.yaml`.
fn document(
    file: &str,
    text: String,
    reference: &Loc<OverlayRef>,
    sources: &mut SourceMap,
    diags: &mut Diagnostics,
) -> Option<(String, OverlaySpec)> {
    let before = diags.len();
    let inputs = [Input { name: file.to_owned(), text }];
    let documents = spec::load(&Request { inputs: &inputs, ..Request::default() }, sources, diags);
    let others = documents.site.is_some() || !documents.appliances.is_empty() || !documents.images.is_empty();
    let mut overlays = documents.overlays.into_iter();
    match (overlays.next(), overlays.next()) {
        (Some(overlay), None) if !others => {
            let overlay = overlay.value;
            overlay.metadata.warn_unheard("Overlay", "remove them", diags);
            Some((overlay.metadata.value.name.to_string(), overlay.spec.value))
        }
        _ if diags.len() > before => None,
        _ => {
            let message = format!("{} holds something else than one Overlay", quoted(file));
            diags.push(
                Finding::error(Code::OverlayFolder, message)
                    .at(reference.span)
                    .help("write one document of `kind: Overlay` into it"),
            );
            None
        }
    }
}
