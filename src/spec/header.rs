//! What a document is: `apiVersion`, `kind` and `metadata.name`.

use super::scalar;
use super::{API_VERSION, Metadata};
use crate::diag::{Code, Diagnostics, Finding, Span};
use crate::types::{nearest, quoted};
use crate::yaml::{Entry, Kind, Tree};

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum DocumentKind {
    Site,
    Appliance,
    Image,
    Overlay,
}

impl DocumentKind {
    const ALL: [Self; 4] = [Self::Site, Self::Appliance, Self::Image, Self::Overlay];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Site => "Site",
            Self::Appliance => "Appliance",
            Self::Image => "Image",
            Self::Overlay => "Overlay",
        }
    }

    fn words() -> impl Iterator<Item = &'static str> + Clone {
        Self::ALL.into_iter().map(Self::as_str)
    }
}

impl Metadata {
    /// Warns of labels and annotations of a document of a kind that no object of a cluster is made from; `instead` is what
    /// to do about them.
    pub fn warn_unheard(&self, kind: &str, instead: &str, diagnostics: &mut Diagnostics) {
        for (word, entries) in [("labels", &self.labels), ("annotations", &self.annotations)] {
            if let Some((key, _)) = entries.first() {
                let what =
                    format!("`{word}` of an {kind} have no effect: no object of the cluster is made from it");
                diagnostics.push(Finding::warning(Code::NoEffect, what).at(key.span).help(instead));
            }
        }
    }
}

/// A document that is not decoded yet: a mapping without `apiVersion` and `kind`.
pub(super) struct Document {
    pub(super) kind: DocumentKind,
    pub(super) tree: Tree,
    /// What it may have been meant to be, where what it names (`from`, `build`, its kind) is not there.
    pub(super) meant: Option<Tree>,
}

impl Document {
    /// The text of `metadata.name` and its place.
    pub(super) fn name(&self) -> Option<(&str, Span)> {
        let name = self.tree.get("metadata")?.get("name")?;
        Some((name.text()?, name.span))
    }

    /// Where messages about the whole document point: its name, or its first line.
    pub(super) fn span(&self) -> Span {
        self.name().map_or(self.tree.span, |(_, span)| span)
    }

    /// The `spec`, to change it.
    pub(super) fn spec_mut(&mut self) -> Option<&mut Tree> {
        match &mut self.tree.kind {
            Kind::Map(entries) => {
                entries.iter_mut().find(|entry| entry.key.text == "spec").map(|entry| &mut entry.value)
            }
            Kind::Null | Kind::Scalar { .. } | Kind::Seq(_) => None,
        }
    }

    /// The `spec` alone.
    pub(super) fn into_spec(self) -> Option<Tree> {
        match self.tree.kind {
            Kind::Map(entries) => {
                entries.into_iter().find(|entry| entry.key.text == "spec").map(|entry| entry.value)
            }
            Kind::Null | Kind::Scalar { .. } | Kind::Seq(_) => None,
        }
    }
}

/// The entries of a document's `spec`.
pub(super) fn spec_of(document: &mut Tree) -> Option<&mut Vec<Entry>> {
    let Kind::Map(entries) = &mut document.kind else { return None };
    match &mut entries.iter_mut().find(|entry| entry.key.text == "spec")?.value.kind {
        Kind::Map(entries) => Some(entries),
        Kind::Null | Kind::Scalar { .. } | Kind::Seq(_) => None,
    }
}

/// Takes a document's header off; `None` when its kind is not known. Faults are reported.
pub(super) fn take(mut tree: Tree, diagnostics: &mut Diagnostics) -> Option<Document> {
    let span = tree.span;
    let what = tree.what();
    let Kind::Map(entries) = &mut tree.kind else {
        let message = format!("expected a document, found {what}");
        let help = format!("write `apiVersion: {API_VERSION}`, `kind`, `metadata` and `spec`");
        diagnostics.push(Finding::error(Code::WrongType, message).at(span).help(help));
        return None;
    };
    let mut remove = |key: &str| {
        let position = entries.iter().position(|entry| entry.key.text == key)?;
        Some(entries.remove(position).value)
    };
    let (version, kind) = (remove("apiVersion"), remove("kind"));
    let ours = check_version(version.as_ref(), span, diagnostics);
    let kind = kind_of(kind.as_ref(), span, ours, diagnostics)?;
    Some(Document { kind, tree, meant: None })
}

/// False for a document that belongs to something else altogether.
fn check_version(version: Option<&Tree>, span: Span, diagnostics: &mut Diagnostics) -> bool {
    let help = format!("write `apiVersion: {API_VERSION}`");
    let Some(version) = version else {
        diagnostics
            .push(Finding::error(Code::MissingKey, "the document has no `apiVersion`").at(span).help(help));
        return true;
    };
    if version.text() == Some(API_VERSION) {
        return true;
    }
    let found = version.text().map_or_else(|| version.what().to_owned(), quoted);
    let ours = version.text().is_some_and(|text| text.starts_with("wrtpod.dev/"));
    let (message, help) = if ours {
        (format!("this wrtpod does not know the version {found}"), help)
    } else {
        let help = format!("{help}; of Kubernetes' objects an Appliance changes its own, under `patches`");
        (format!("expected a document of wrtpod, found apiVersion {found}"), help)
    };
    diagnostics.push(Finding::error(Code::UnknownVersion, message).at(version.span).help(help));
    ours
}

/// The kind of a document; one that is not known is reported when the document is ours.
fn kind_of(
    kind: Option<&Tree>,
    span: Span,
    ours: bool,
    diagnostics: &mut Diagnostics,
) -> Option<DocumentKind> {
    let Some(kind) = kind else {
        let help = "write `kind: Site`, `kind: Appliance` or `kind: Image`";
        diagnostics.push(Finding::error(Code::MissingKey, "the document has no `kind`").at(span).help(help));
        return None;
    };
    let known = DocumentKind::ALL.into_iter().find(|known| kind.text() == Some(known.as_str()));
    if known.is_some() || !ours {
        return known;
    }
    let found = kind.text().map_or_else(|| kind.what().to_owned(), quoted);
    let near = kind.text().and_then(|text| nearest(text, DocumentKind::words()));
    let help = match near {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("the kinds are {}", scalar::listed(DocumentKind::words())),
    };
    let message = format!("unknown kind {found}");
    diagnostics.push(Finding::error(Code::UnknownKind, message).at(kind.span).help(help));
    // It is read as what was meant, for its other faults.
    DocumentKind::ALL.into_iter().find(|known| near == Some(known.as_str()))
}
