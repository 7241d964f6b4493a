//! Values from their files: as Helm reads YAML, and lays one file over the other.

use super::values::Values;
use super::{Chart, Request};
use crate::diag::{Code, Diagnostics, Finding, SourceMap, Span};
use crate::spec::decode::{Decode, Decoder};
use crate::spec::{Input, merge, read_hiding};
use crate::yaml::{self, Key, Kind, Tree};
use serde_json::Value;

/// Values, and whose they are.
pub struct Read {
    /// The values, the user's over the chart's.
    pub values: Values,
    /// The chart that they are for.
    pub chart: Option<Metadata>,
}

/// What a chart says of itself.
pub struct Metadata {
    /// Its name.
    pub name: String,
    /// The catalog entry that it was made from, and where that is written.
    pub from: Option<(String, Span)>,
}

/// Annotation of a chart: the catalog entry that it was made from.
const FROM: &str = "wrtpod.dev/from";

/// Reads values; `None` after a fault, which has been reported.
pub fn values(request: &Request<'_>, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<Read> {
    let own = mapping(request.values, sources, diagnostics)?;
    let (tree, chart) = match request.chart {
        None => (own, None),
        Some(chart) => {
            let mut tree = mapping(&chart.values, sources, diagnostics)?;
            let metadata = metadata(chart, sources, diagnostics)?;
            merge(&mut tree, own);
            (tree, Some(metadata))
        }
    };
    if let Some(refused) = refuse_other_charts(&tree, chart.is_some()) {
        diagnostics.push(refused);
        return None;
    }
    let before = diagnostics.len();
    let values = Values::decode(&tree, &mut Decoder::new(diagnostics, tree.span));
    // What was left out for a fault would be missing in the documents.
    values.filter(|_| diagnostics.len() == before).map(|values| Read { values, chart })
}

/// The mapping that a file holds.
fn mapping(input: &Input, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<Tree> {
    let file = sources.add(&input.name, &input.text);
    let before = diagnostics.len();
    let mut trees = read_hiding(file, sources, diagnostics);
    if diagnostics.len() > before {
        return None;
    }
    let (first, second) = (trees.pop(), trees.pop());
    let (message, span, help) = match (first, second) {
        // Helm takes an empty file for no values.
        (None, _) => return Some(Tree::new(Span::new(file, 0, 0), Kind::Map(Vec::new()))),
        (Some(tree), None) if tree.entries().is_some() => return Some(as_helm_reads(tree)),
        (Some(tree), None) => {
            let message = format!("expected the values of a chart (a mapping), found {}", tree.what());
            (message, tree.span, "write `key: value` lines")
        }
        (Some(tree), Some(_)) => {
            let message = "a file of values is one document, and this is a further one".to_owned();
            (message, tree.span, "keep one, or write each into a file of its own")
        }
    };
    diagnostics.push(Finding::error(Code::WrongType, message).at(span).help(help));
    None
}

/// What Chart.yaml says.
fn metadata(chart: &Chart, sources: &mut SourceMap, diagnostics: &mut Diagnostics) -> Option<Metadata> {
    let tree = mapping(&chart.metadata, sources, diagnostics)?;
    let Some(name) = tree.get("name").and_then(Tree::text) else {
        let diagnostic = Finding::error(Code::MissingKey, "the chart has no `name`").at(tree.span);
        diagnostics.push(diagnostic.help("name the folder of a chart, with its Chart.yaml"));
        return None;
    };
    let from = tree.get("annotations").and_then(|annotations| annotations.get(FROM));
    let from = from.and_then(|from| Some((from.text()?.to_owned(), from.span)));
    Some(Metadata { name: name.to_owned(), from })
}

/// One error in the place of many, when these are not the values of a chart that wrtpod wrote, or not all of them.
fn refuse_other_charts(tree: &Tree, with_chart: bool) -> Option<Finding> {
    let lacks = |key: &&str| tree.get(key).is_none_or(Tree::is_null);
    let missing: Vec<&str> = ["image", "site", "networks", "interfaces"].into_iter().filter(lacks).collect();
    if missing.is_empty() {
        return None;
    }
    let missing = missing.join("`, `");
    let (message, help) = if with_chart {
        (
            format!("this is no chart of wrtpod: its values have no `{missing}`"),
            "name the folder of a chart that `wrtpod chart` wrote",
        )
    } else {
        (
            format!("these are no values of a wrtpod chart, or not all of them: they have no `{missing}`"),
            "write --chart with the folder of the chart that they are for; other charts' values are not read",
        )
    };
    let first = tree.entries().and_then(|entries| entries.first()).map_or(tree.span, |entry| entry.key.span);
    Some(Finding::error(Code::NotImported, message).at(first).help(help))
}

/// The tree with the scalars that Helm sees: it reads by the rules of YAML 1.1, where unquoted `yes` is true.
fn as_helm_reads(tree: Tree) -> Tree {
    let kind = match tree.kind {
        Kind::Scalar { text, plain: true } => Kind::Scalar { text: plain(text, tree.span), plain: true },
        Kind::Seq(items) => Kind::Seq(items.into_iter().map(as_helm_reads).collect()),
        Kind::Map(entries) => Kind::Map(entries.into_iter().map(entry_as_helm_reads).collect()),
        other => other,
    };
    Tree::new(tree.span, kind)
}

fn entry_as_helm_reads(entry: yaml::Entry) -> yaml::Entry {
    let Key { text, plain: is_plain, span } = entry.key;
    let text = if is_plain { plain(text, span) } else { text };
    yaml::Entry { key: Key { text, plain: is_plain, span }, value: as_helm_reads(entry.value) }
}

/// The text of an unquoted scalar: of the truth value or number that it is, where it is one.
fn plain(text: String, span: Span) -> String {
    match yaml::to_json(&Tree::new(span, Kind::Scalar { text: text.clone(), plain: true })) {
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        _ => text,
    }
}
