//! From the values of a wrtpod chart back to documents: a Site and an Appliance, as YAML for people.
//!
//! Values are read as strictly as documents, and as Helm reads them: a user's file over the chart's own, `""` for what
//! is not said. What a document has no word for is reported at its place, never dropped in silence. It knows the words
//! of values and of documents, and leaves every decision to the plan: whether the documents are any good, `spec`, `plan`
//! and `rules` say of them as of any others. Entry: [`import`].

mod appliance;
mod base;
mod containers;
mod given;
mod names;
mod overlays;
mod pieces;
mod read;
mod site;
mod text;
mod uci;
mod unmapped;
mod values;
mod variables;

use crate::diag::{Diagnostics, SourceMap};
use crate::spec::{CatalogEntry, Input};
use crate::types::Name;
use names::Names;

/// What to import.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The values: all of them, or those that a user gives to the chart.
    pub values: &'a Input,
    /// The chart that they are for; without it, they must be all of them.
    pub chart: Option<&'a Chart>,
    /// The catalog entry that the chart was made from. Default: the one that the chart names.
    pub from: Option<&'a str>,
    /// The release's name. Default: the name that the values or the chart give.
    pub name: Option<&'a Name>,
    /// The release's namespace, on which derived MACs depend. Default: `default`, as Helm has it.
    pub namespace: Option<&'a Name>,
    /// What `from` can be.
    pub catalog: &'a [CatalogEntry<'a>],
    /// The names of the overlays that come with wrtpod.
    pub overlays: &'a [&'a str],
}

/// A chart, as far as its values go.
#[derive(Debug, Clone)]
pub struct Chart {
    /// Its `Chart.yaml`.
    pub metadata: Input,
    /// Its `values.yaml`.
    pub values: Input,
}

/// The documents that say what the values say, as one file of YAML. `None` after a fault; what no document has a word for
/// is a warning each.
pub fn import(
    request: &Request<'_>,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<String> {
    let read = read::values(request, sources, diagnostics)?;
    let names = Names::decide(request, &read, sources, diagnostics)?;
    let base = base::of(request.catalog, names.from.as_ref(), sources, diagnostics)?;
    unmapped::report(&read.values, appliance::profile(&read.values, &base), diagnostics);
    let place = site::document(&read.values, &names.namespace, diagnostics);
    let overlays = overlays::named(&read.values, request, diagnostics);
    let machine = appliance::document(&read.values, &names, &base, &overlays, diagnostics);
    if diagnostics.has_errors() {
        return None;
    }
    Some(format!("{}---\n{}", place.write(), machine?.write()))
}
