//! From files, catalog and command line to documents.

use super::assign::Parsed;
use super::catalog::Catalog;
use super::decode::{Decode, Decoder};
use super::header::{self, Document, DocumentKind};
use super::hidden;
use super::merge::merge;
use super::repair::{Repairs, Way};
use super::{Appliance, CatalogEntry, Documents, Image, Overlay, Request, Site, scalar};
use crate::diag::{Code, Diagnostics, FileId, Finding, Loc, SourceMap, Span};
use crate::types::{nearest, quoted};
use crate::yaml::{Entry, Key, Kind, Tree};
use std::collections::{HashMap, HashSet};

/// The documents of a run before they are decoded, in order of their first appearance.
#[derive(Default)]
struct Gathered {
    documents: Vec<Document>,
    by_name: HashMap<(DocumentKind, String), usize>,
    /// The name of each document, and where it was written in each file.
    written: HashMap<(usize, FileId), Span>,
}

/// Reads, merges and decodes documents. Every fault of every file is reported; of a document with faults, what is
/// good is kept, so that what else is wrong is found too: see [`Documents::judged`].
///
/// Documents of the same kind and name in several inputs are merged before decoding: mappings key by key, lists and
/// scalars are replaced, `null` removes. Values keep the place they were written at.
pub fn load(request: &Request<'_>, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Documents {
    let mut gathered = Gathered::default();
    for input in request.inputs {
        let file = sources.add(&input.name, &input.text);
        for tree in hidden::read(file, sources, diagnostics) {
            if let Some(document) = header::take(tree, diagnostics) {
                gathered.add(document, file, diagnostics);
            }
        }
    }
    let mut catalog = Catalog::new(request.catalog);
    gathered.add_named(request.named, &mut catalog, sources, diagnostics);
    gathered.refuse_second_site(diagnostics);
    let assignments = request.assignments.iter();
    let parsed: Vec<(Option<&str>, Parsed)> = assignments
        .filter_map(|one| Some((one.appliance.as_deref(), Parsed::new(one, sources, diagnostics)?)))
        .collect();
    let (first, second): (Vec<_>, Vec<_>) = parsed.into_iter().partition(|(_, parsed)| parsed.is("from"));
    gathered.assign(first, diagnostics);
    for document in gathered.documents.iter_mut().filter(|document| document.kind == DocumentKind::Appliance)
    {
        if let Some(spec) = document.spec_mut() {
            let empty = Tree::new(spec.span, Kind::Null);
            let own = std::mem::replace(spec, empty);
            match catalog.complete(own, sources, diagnostics) {
                Ok(complete) => *spec = complete,
                Err(own) => {
                    *spec = own;
                    document.meant = catalog.meant(&document.tree, sources);
                }
            }
        }
    }
    gathered.assign(second, diagnostics);
    gathered.add_images(request.images, &mut catalog.files, sources, diagnostics);
    let mut documents = gathered.decode(diagnostics);
    if let Some(guess) = &mut documents.guess {
        guess.foreign.clone_from(&catalog.files);
    }
    documents.foreign = catalog.files;
    documents
}

impl Gathered {
    /// Adds a document, or merges it into the one of its kind and name from an earlier file.
    fn add(&mut self, document: Document, file: FileId, diagnostics: &mut Diagnostics) {
        let next = self.documents.len();
        let Some((name, span)) = document.name() else {
            self.documents.push(document);
            return;
        };
        let (name, kind) = (name.to_owned(), document.kind);
        let index = *self.by_name.entry((kind, name.clone())).or_insert(next);
        if let Some(first) = self.written.insert((index, file), span) {
            let message = format!("the {} {} stands twice in this file", kind.as_str(), quoted(&name));
            let diagnostic = Finding::error(Code::DuplicateDocument, message).at(span).label("again here");
            let help =
                "give one of them another name; documents of one name are merged only over several files";
            diagnostics.push(diagnostic.also(first, "first here").help(help));
            return;
        }
        match self.documents.get_mut(index) {
            Some(known) => merge(&mut known.tree, document.tree),
            None => self.documents.push(document),
        }
    }

    /// Adds an appliance for each name of the catalog that the command line gives and no document has.
    fn add_named(
        &mut self,
        named: &[String],
        catalog: &mut Catalog<'_>,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) {
        for name in named {
            if self.by_name.contains_key(&(DocumentKind::Appliance, name.clone())) {
                continue;
            }
            let file = sources.add(super::COMMAND_LINE, name);
            let span = Span::new(file, 0, name.len());
            if catalog.names().any(|known| known == name) {
                catalog.files.push(file);
                self.add(from_catalog(name, span), file, diagnostics);
                continue;
            }
            let message = format!("no document and no catalog entry is named {}", quoted(name));
            let documents = self.documents.iter().filter(|document| document.kind == DocumentKind::Appliance);
            let mut known: Vec<&str> =
                documents.filter_map(|document| Some(document.name()?.0)).take(1000).collect();
            known.extend(catalog.names());
            let mut fresh = HashSet::new();
            known.retain(|name| fresh.insert(*name));
            let help = match nearest(name, known.iter().copied()) {
                Some(known) => format!("did you mean `{known}`?"),
                None => format!("there are {}", scalar::listed(known.into_iter().take(20))),
            };
            diagnostics.push(Finding::error(Code::UnknownAppliance, message).at(span).help(help));
        }
    }

    /// Adds each Image that an appliance names behind `build` and no document has.
    fn add_images(
        &mut self,
        images: &[CatalogEntry<'_>],
        foreign: &mut Vec<FileId>,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) {
        let appliances = self.documents.iter().filter(|document| document.kind == DocumentKind::Appliance);
        let built: Vec<(String, Span)> = appliances
            .filter_map(|appliance| {
                let build = appliance.tree.get("spec")?.get("build")?;
                Some((build.text()?.to_owned(), build.span))
            })
            .collect();
        for (name, span) in built {
            if self.by_name.contains_key(&(DocumentKind::Image, name.clone())) {
                continue;
            }
            let Some(entry) = images.iter().find(|entry| entry.name == name) else {
                let own = self.documents.iter().filter(|document| document.kind == DocumentKind::Image);
                let mut known: Vec<&str> =
                    own.filter_map(|document| Some(document.name()?.0)).take(1000).collect();
                known.extend(images.iter().map(|entry| entry.name));
                let help = match nearest(&name, known.iter().copied()) {
                    Some(known) => format!("did you mean `{known}`?"),
                    None if known.is_empty() => "write a document of `kind: Image` with this name".to_owned(),
                    None => format!("there are {}", scalar::listed(known.into_iter().take(20))),
                };
                let message = format!("there is no Image {}", quoted(&name));
                diagnostics.push(Finding::error(Code::UnknownImage, message).at(span).help(help));
                self.read_without_image(&name);
                continue;
            };
            let file = sources.add(entry.file, entry.text);
            foreign.push(file);
            sources.remark(file, 0, format!(
                "this text comes with wrtpod, as the Image `{name}`; to change it, write an Image of your own: `wrtpod catalog show image/{name}` prints this one"
            ));
            for tree in hidden::read(file, sources, diagnostics) {
                if let Some(document) = header::take(tree, diagnostics) {
                    self.add(document, file, diagnostics);
                }
            }
        }
    }

    /// Without its Image, nothing is known of what an appliance's overlays are in.
    fn read_without_image(&mut self, name: &str) {
        for document in self.documents.iter_mut().filter(|document| document.kind == DocumentKind::Appliance)
        {
            let build = document.tree.get("spec").and_then(|spec| spec.get("build"));
            if build.and_then(Tree::text) == Some(name) {
                let mut meant = document.tree.clone();
                if let Some(spec) = header::spec_of(&mut meant) {
                    spec.retain(|entry| !matches!(entry.key.text.as_str(), "build" | "overlays"));
                }
                document.meant = Some(meant);
            }
        }
    }

    fn refuse_second_site(&mut self, diagnostics: &mut Diagnostics) {
        let mut first: Option<Span> = None;
        for document in self.documents.iter().filter(|document| document.kind == DocumentKind::Site) {
            let span = document.span();
            let Some(first) = first else {
                first = Some(span);
                continue;
            };
            let diagnostic = Finding::error(Code::SeveralSites, "there is a second Site").at(span);
            let help = "keep one Site; to change it from another file, use the same name";
            diagnostics.push(diagnostic.also(first, "the first one").help(help));
        }
    }

    /// Sets the values of the command line.
    fn assign(&mut self, assignments: Vec<(Option<&str>, Parsed)>, diagnostics: &mut Diagnostics) {
        for (appliance, mut parsed) in assignments {
            let site = parsed.take_site();
            let kind = if site { DocumentKind::Site } else { DocumentKind::Appliance };
            let mut found = self.documents.iter_mut().filter(|document| {
                let named = |name| document.name().is_some_and(|(own, _)| own == name);
                document.kind == kind && (site || appliance.is_none_or(named))
            });
            let one_of_several = match (found.next(), found.next()) {
                (Some(document), None) => {
                    // A document without `spec` is refused by the decoder.
                    if let Some(spec) = document.spec_mut() {
                        parsed.apply(spec, diagnostics);
                    }
                    continue;
                }
                (first, _) => first.is_some(),
            };
            let (problem, help) = nowhere_to_set(site, appliance, one_of_several);
            diagnostics.push(Finding::error(Code::BadPath, problem).at(parsed.span()).help(help));
        }
    }

    fn decode(self, diagnostics: &mut Diagnostics) -> Documents {
        let (mut documents, mut guess) = (Documents::default(), Documents::default());
        let mut read: Vec<(Documents, Option<Documents>)> = Vec::new();
        for document in self.documents {
            let span = document.span();
            let before = diagnostics.len();
            let mut whole = Documents::default();
            let repairs = whole.take(document.kind, &document.tree, span, diagnostics);
            if diagnostics.len() > before {
                documents.faulty.push(span);
            }
            if repairs.is_empty() && document.meant.is_none() {
                read.push((whole, None));
                continue;
            }
            if whole.is_empty() {
                documents.unread.push(span);
            }
            // Nobody reads that many findings, and more are not looked for.
            if diagnostics.len() < MOST_FOLLOWED {
                let without = repaired(document.kind, document.tree.clone(), span, Way::Without);
                let meant = document.meant.unwrap_or(document.tree);
                read.push((without, Some(repaired(document.kind, meant, span, Way::Guess))));
            }
        }
        if read.iter().any(|(_, meant)| meant.is_some()) {
            guess.faulty.clone_from(&documents.faulty);
            let mut names = HashSet::new();
            for (whole, meant) in &read {
                guess.append(meant.as_ref().unwrap_or(whole).clone(), &mut names);
            }
            documents.guess = Some(Box::new(guess));
        }
        let mut names = HashSet::new();
        for (whole, _) in read {
            documents.append(whole, &mut names);
        }
        documents
    }
}

/// With so many faults, documents are not put right to look for others.
const MOST_FOLLOWED: usize = 200;
/// How often a document is put right: each time may show what lacks further up.
const MOST_ROUNDS: usize = 8;

/// What a document with faults would be without them.
fn repaired(kind: DocumentKind, mut tree: Tree, span: Span, way: Way) -> Documents {
    let mut places = 0;
    for _ in 0..MOST_ROUNDS {
        let (mut documents, mut known) = (Documents::default(), Diagnostics::new());
        let repairs = documents.take(kind, &tree, span, &mut known);
        if repairs.is_empty() {
            return documents;
        }
        repairs.apply(&mut tree, way, &mut places);
    }
    Documents::default()
}

impl Documents {
    /// Decodes a document; the answer is what has to be put right in it.
    fn take(
        &mut self,
        kind: DocumentKind,
        tree: &Tree,
        span: Span,
        diagnostics: &mut Diagnostics,
    ) -> Repairs {
        let mut decoder = Decoder::new(diagnostics, tree.span);
        match kind {
            DocumentKind::Site => {
                let site = Site::decode(tree, &mut decoder);
                self.site = site.map(|site| Loc::new(site, span));
            }
            DocumentKind::Appliance => {
                let appliance = Appliance::decode(tree, &mut decoder);
                self.appliances.extend(appliance.map(|appliance| Loc::new(appliance, span)));
            }
            DocumentKind::Image => {
                let image = Image::decode(tree, &mut decoder);
                self.images.extend(image.map(|image| Loc::new(image, span)));
            }
            DocumentKind::Overlay => {
                let overlay = Overlay::decode(tree, &mut decoder);
                self.overlays.extend(overlay.map(|overlay| Loc::new(overlay, span)));
            }
        }
        decoder.into_repairs()
    }

    fn is_empty(&self) -> bool {
        self.site.is_none()
            && self.appliances.is_empty()
            && self.images.is_empty()
            && self.overlays.is_empty()
    }

    /// Adds other documents; the first Site stays, and so does the first appliance of a name.
    fn append(&mut self, other: Self, names: &mut HashSet<String>) {
        self.site = self.site.take().or(other.site);
        let fresh = |appliance: &Loc<Appliance>| names.insert(appliance.metadata.name.to_string());
        self.appliances.extend(other.appliances.into_iter().filter(fresh));
        self.images.extend(other.images);
        self.overlays.extend(other.overlays);
    }

    /// Judges what was read, and reports what is wrong with it. After faults of reading it is judged once more with what was
    /// probably meant, and only what is found both times is reported: the rest comes of those faults.
    pub fn judged<T>(
        &self,
        diagnostics: &mut Diagnostics,
        judge: impl Fn(&Self, &mut Diagnostics) -> T,
    ) -> T {
        let mut found = Diagnostics::new();
        let value = judge(self, &mut found);
        if let Some(guess) = &self.guess {
            let mut other = Diagnostics::new();
            judge(guess, &mut other);
            found.keep_common(&other);
        }
        diagnostics.append(found);
        value
    }
}

/// Why an assignment has no document to go to, and what to do about it.
fn nowhere_to_set(site: bool, appliance: Option<&str>, one_of_several: bool) -> (String, &'static str) {
    match appliance {
        _ if site && one_of_several => ("there are several Sites to set this in".to_owned(), "keep one Site"),
        _ if site => ("there is no Site to set this in".to_owned(), "give a file with a Site"),
        _ if one_of_several => (
            "this does not say which appliance it is for".to_owned(),
            "name one appliance on the command line",
        ),
        Some(name) => (
            format!("there is no appliance {} to set this in", quoted(name)),
            "name one that a file or the catalog has",
        ),
        None => (
            "there is no appliance to set this in".to_owned(),
            "name one on the command line, or start the path with `site.` for the Site",
        ),
    }
}

/// An appliance that is a catalog entry and nothing else.
fn from_catalog(name: &str, span: Span) -> Document {
    let text = |text: &str| Tree::new(span, Kind::Scalar { text: text.to_owned(), plain: false });
    let map = |key: &str, value: Tree| Entry { key: Key { text: key.to_owned(), plain: false, span }, value };
    let of = |entries: Vec<Entry>| Tree::new(span, Kind::Map(entries));
    let tree = of(vec![
        map("metadata", of(vec![map("name", text(name))])),
        map("spec", of(vec![map("from", text(name))])),
    ]);
    Document { kind: DocumentKind::Appliance, tree, meant: None }
}
