//! The documents as the user writes them, `Site` and `Appliance`: reading, merging, decoding, and their JSON Schema.
//!
//! Only reads: it fills in no default and compares no field with another; that is the plan's work. It knows nothing
//! of Kubernetes objects, CNI or OpenWrt. Each document type is one table in `v1alpha1`, from which its struct, its
//! decoder and its schema are made together. Entries: [`load`], [`schema()`].

mod assign;
mod catalog;
mod decode;
mod header;
mod load;
mod merge;
mod scalar;
mod schema;
mod table;
pub mod v1alpha1;

pub use load::load;
pub use schema::{SchemaKind, schema};
pub use v1alpha1::*;

use crate::diag::Loc;

/// A file of documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The name that messages show: the path as the user gave it, or `<stdin>`.
    pub name: String,
    /// The text.
    pub text: String,
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
}

/// An appliance of the catalog, which a document builds on with `from: NAME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatalogEntry<'a> {
    /// What `from` calls it.
    pub name: &'a str,
    /// The name of its file, for messages.
    pub file: &'a str,
    /// The file: one `Appliance` document.
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
}

/// The documents of a run, merged and decoded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Documents {
    /// The place.
    pub site: Option<Loc<Site>>,
    /// What runs there, in the order in which the documents first appear.
    pub appliances: Vec<Loc<Appliance>>,
}

/// The codes of everything that loading can report, beside those of [`crate::yaml::CODES`].
pub const CODES: &[&str] = &[
    "bad-path",
    "bad-value",
    "duplicate-document",
    "exclusive-keys",
    "missing-key",
    "several-sites",
    "unknown-appliance",
    "unknown-from",
    "unknown-key",
    "unknown-kind",
    "unknown-version",
    "wrong-type",
];
