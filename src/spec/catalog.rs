//! What `from` refers to: the appliances of the catalog, read when first asked for.

use super::header::{self, DocumentKind};
use super::hidden;
use super::merge::merge;
use super::{CatalogEntry, scalar};
use crate::diag::{Code, Diagnostics, FileId, Finding, SourceMap, Span};
use crate::types::{nearest, quoted};
use crate::yaml::{Key, Kind, Tree};
use std::collections::HashMap;

/// The `spec` of the entry `name`, which is asked for at `span`, on top of what it builds on itself; `None` for an unknown
/// or faulty one, which has been reported.
pub(crate) fn entry_spec(
    entries: &[CatalogEntry<'_>],
    name: &str,
    span: Span,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<Tree> {
    Catalog::new(entries).spec(name, span, sources, diagnostics)
}

/// The catalog of a run.
pub(super) struct Catalog<'a> {
    entries: &'a [CatalogEntry<'a>],
    /// The `spec` of each entry read so far, on top of what it builds on itself; `None` for a faulty one.
    read: HashMap<&'a str, Option<Tree>>,
    /// The entries whose `from` is being followed.
    open: Vec<&'a str>,
    /// The files of those that were read.
    pub(super) files: Vec<FileId>,
}

impl<'a> Catalog<'a> {
    pub(super) fn new(entries: &'a [CatalogEntry<'a>]) -> Self {
        Self { entries, read: HashMap::new(), open: Vec::new(), files: Vec::new() }
    }

    /// The names of all entries.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> + Clone + use<'a> {
        self.entries.iter().map(|entry| entry.name)
    }

    /// Lays the `spec` of an appliance onto that of the entry it builds on; without `from` it stays as it is.
    /// The error is the `spec` alone, when there is no such entry: that has been reported.
    pub(super) fn complete(
        &mut self,
        spec: Tree,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Result<Tree, Tree> {
        let Some((name, span)) = spec.get("from").and_then(|from| Some((from.text()?.to_owned(), from.span)))
        else {
            return Ok(spec);
        };
        let Some(mut base) = self.spec(&name, span, sources, diagnostics) else { return Err(spec) };
        merge(&mut base, spec);
        Ok(base)
    }

    /// An appliance whose entry is not there, on top of the one that was probably meant: the nearest, or any.
    pub(super) fn meant(&mut self, document: &Tree, sources: &mut SourceMap) -> Option<Tree> {
        let spec = document.get("spec")?;
        let from = spec.get("from")?;
        let near = nearest(from.text()?, self.names()).or_else(|| self.names().next())?;
        let mut base = self.spec(near, from.span, sources, &mut Diagnostics::new())?;
        merge(&mut base, spec.clone());
        let mut document = document.clone();
        *header::spec_of(&mut document)? = match base.kind {
            Kind::Map(entries) => entries,
            Kind::Null | Kind::Scalar { .. } | Kind::Seq(_) => return None,
        };
        Some(document)
    }

    fn spec(
        &mut self,
        name: &str,
        span: Span,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Option<Tree> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name) else {
            let message = format!("the catalog has no {}", quoted(name));
            let help = match nearest(name, self.names()) {
                Some(known) => format!("did you mean `{known}`?"),
                None if self.entries.is_empty() => "the catalog is empty".to_owned(),
                None => format!("the catalog has {}", scalar::listed(self.names())),
            };
            diagnostics.push(Finding::error(Code::UnknownFrom, message).at(span).help(help));
            return None;
        };
        if let Some(read) = self.read.get(entry.name) {
            return read.clone();
        }
        if self.open.contains(&entry.name) {
            let message = format!("the catalog entry {} builds on itself", quoted(name));
            diagnostics.push(
                Finding::error(Code::UnknownFrom, message).at(span).help("let `from` name another one"),
            );
            return None;
        }
        self.open.push(entry.name);
        let file = sources.add(entry.file, entry.text);
        self.files.push(file);
        let tree = hidden::read(file, sources, diagnostics).into_iter().next();
        let document = tree.and_then(|tree| header::take(tree, diagnostics));
        let spec = document
            .filter(|document| document.kind == DocumentKind::Appliance)
            .and_then(header::Document::into_spec);
        if let Some(spec) = &spec {
            remark(entry.name, spec, sources);
        }
        let spec = spec.and_then(|spec| self.complete(spec, sources, diagnostics).ok());
        self.open.pop();
        self.read.insert(entry.name, spec.clone());
        spec
    }
}

/// Has findings in the text of an entry say whose it is, and what changes it.
fn remark(name: &str, spec: &Tree, sources: &mut SourceMap) {
    for entry in spec.entries().unwrap_or_default().iter().filter(|entry| entry.key.text != "from") {
        let Key { text, span, .. } = &entry.key;
        sources.remark(span.file, span.start, format!(
            "this text comes with wrtpod, as the catalog's `{name}`; to change it, write `{text}` in an Appliance with `from: {name}`"
        ));
    }
}
