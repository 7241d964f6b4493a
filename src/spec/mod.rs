//! The documents as the user writes them, `Site`, `Appliance`, `Image` and `Overlay`: reading, merging, decoding, and
//! their JSON Schema.
//!
//! Only reads: it fills in no default and compares no field with another; that is the plan's work. It knows nothing
//! of Kubernetes objects, CNI or OpenWrt. Each document type is one table in `v1alpha1`, from which its struct, its
//! decoder and its schema are made together. Entries: [`load`], [`schema()`].

mod assign;
mod catalog;
pub(crate) mod decode;
mod field;
mod header;
mod hidden;
mod load;
mod merge;
mod repair;
pub(crate) mod scalar;
pub(crate) mod schema;
pub(crate) mod table;
pub mod v1alpha1;

pub(crate) use catalog::entry_spec;
pub(crate) use hidden::read as read_hiding;
pub use load::load;
pub(crate) use merge::merge;
pub use schema::{SchemaKind, schema};
pub use v1alpha1::*;

use crate::diag::{FileId, Loc, Span};
use crate::types::{Invalid, quoted};

/// What messages call the place of a word that was typed.
pub(crate) const COMMAND_LINE: &str = "command line";

/// A file of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The name that messages show: the path as the user gave it, or `<stdin>`.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Input {
    /// A file from its bytes, which must be UTF-8.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, Invalid> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { name: name.to_owned(), text }),
            Err(error) => {
                let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
                let line = valid.split(|byte| *byte == b'\n').count();
                let utf16 = error.as_bytes().starts_with(&[0xff, 0xfe])
                    || error.as_bytes().starts_with(&[0xfe, 0xff]);
                let what = if utf16 {
                    "UTF-16, not UTF-8".to_owned()
                } else {
                    format!("not UTF-8 from line {line} on")
                };
                Err(Invalid::new(format!("the text of {} is {what}", quoted(name)), "save it as UTF-8"))
            }
        }
    }
}

/// A value set on the command line: `--set PATH=VALUE`. The value is YAML, so `--set interfaces[0].dns=[1.1.1.1]`
/// sets a list and `--set image=` nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Where: `site.…` is relative to the Site's `spec`, anything else to the `spec` of `appliance`. Keys are joined
    /// by dots, a list's item is `[0]`; a key that holds a dot is written in double quotes.
    pub path: String,
    /// What, as YAML.
    pub value: String,
    /// The appliance that the path is relative to; without it, the only one there is.
    pub appliance: Option<String>,
    /// What was typed.
    pub typed: Typed,
}

/// What an assignment was typed as: that is what messages show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Typed {
    /// `--set PATH=VALUE`.
    #[default]
    Set,
    /// `--namespace VALUE`; the value is a text and no YAML.
    Namespace,
}

/// A document of the catalog, which others refer to: an appliance with `from: NAME`, an image with `build: NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogEntry<'a> {
    /// What others call it.
    pub name: &'a str,
    /// The name of its file, for messages.
    pub file: &'a str,
    /// The file: one document.
    pub text: &'a str,
}

/// What to load.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The files in order; a later one wins.
    pub inputs: &'a [Input],
    /// Values from the command line, which win over all files.
    pub assignments: &'a [Assignment],
    /// Names of appliances given on the command line: one without a document is the catalog entry of that name.
    pub named: &'a [String],
    /// What `from` can refer to.
    pub catalog: &'a [CatalogEntry<'a>],
    /// What `build` can refer to, beside the documents.
    pub images: &'a [CatalogEntry<'a>],
}

/// The documents of a run, merged and decoded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Documents {
    /// The place.
    pub site: Option<Loc<Site>>,
    /// What runs there, in the order in which the documents first appear.
    pub appliances: Vec<Loc<Appliance>>,
    /// What is built: those of the documents, then those that an appliance names behind `build`.
    pub images: Vec<Loc<Image>>,
    /// Overlays; each is the one document of a folder's `overlay.yaml`.
    pub overlays: Vec<Loc<Overlay>>,
    /// Documents that were read in spite of faults (an unknown key): what they lack may be what was meant there.
    pub faulty: Vec<Span>,
    /// Documents that could not be read whole: what is kept of them lacks what is faulty.
    pub unread: Vec<Span>,
    /// After faults of reading, the same with what was probably meant in their place; those above are without what is
    /// faulty.
    pub guess: Option<Box<Documents>>,
    /// Texts that nobody here wrote: entries of the catalog, and documents that are one by their name alone.
    pub foreign: Vec<FileId>,
}

impl Documents {
    /// Whether what stands there is the user's own: in a file, or behind `--set`.
    pub fn is_own(&self, span: Option<Span>) -> bool {
        span.is_some_and(|span| !self.foreign.contains(&span.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_bytes_that_are_no_text() {
        let problem =
            |bytes: &[u8]| Input::from_bytes("f", bytes.to_vec()).err().map(|invalid| invalid.problem);
        assert_eq!(problem("é".as_bytes()), None);
        assert_eq!(problem(b"a\nb\xff").as_deref(), Some("the text of `f` is not UTF-8 from line 2 on"));
        assert_eq!(problem(b"\xff\xfea\0").as_deref(), Some("the text of `f` is UTF-16, not UTF-8"));
    }
}
