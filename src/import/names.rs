//! What release and chart are called in documents.

use super::Request;
use super::read::Read;
use super::unmapped::not_imported;
use crate::diag::{Code, Diagnostics, Finding, SourceMap, Span};
use crate::types::Name;

/// The longest name that a chart gives to its objects.
const LONGEST: usize = 52;

/// The names.
pub struct Names {
    /// The appliance's: that of the release's objects.
    pub appliance: String,
    /// The namespace of the release.
    pub namespace: String,
    /// The catalog entry that the appliance builds on, and where it is named.
    pub from: Option<(String, Span)>,
}

impl Names {
    /// Decides them; `None` when nothing says what the release is called, which is reported.
    pub fn decide(
        request: &Request<'_>,
        read: &Read,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let values = &read.values;
        let from = match request.from {
            Some(from) => {
                let file = sources.add("--from", from);
                Some((from.to_owned(), Span::new(file, 0, from.len())))
            }
            None => read.chart.as_ref().and_then(|chart| chart.from.clone()),
        };
        let Some(appliance) = appliance(request, read) else {
            let diagnostic =
                Finding::error(Code::NotImported, "the values do not say what the release is called");
            diagnostics.push(diagnostic.help("write --name with the release's name"));
            return None;
        };
        let kind = from.as_ref().map_or(&appliance, |(from, _)| from);
        if let Some(other) = values.name_override.get().filter(|other| other.as_str() != kind) {
            let why =
                "the label `app.kubernetes.io/name` is the catalog entry's name, or the appliance's own";
            not_imported(diagnostics, "nameOverride", other.span, why, "select by `wrtpod.dev/appliance`");
        }
        let derives = values.interfaces.iter().any(|interface| interface.mac.get().is_none());
        if request.namespace.is_none() && derives {
            let message = "values do not say the namespace, on which derived MACs depend: `default` is taken";
            let help = "write --namespace with the release's namespace";
            diagnostics.push(Finding::warning(Code::NotImported, message).help(help));
        }
        let namespace = request.namespace.map_or("default", Name::as_str).to_owned();
        Some(Self { appliance, namespace, from })
    }
}

/// The name that the chart gives to its objects.
fn appliance(request: &Request<'_>, read: &Read) -> Option<String> {
    if let Some(full) = read.values.fullname_override.get() {
        return Some(full.to_string());
    }
    let chart = read.chart.as_ref().map(|chart| chart.name.as_str());
    let full = match (request.name.map(Name::as_str), chart) {
        (Some(release), Some(chart)) if !release.contains(chart) => format!("{release}-{chart}"),
        (Some(release), _) => release.to_owned(),
        (None, chart) => chart?.to_owned(),
    };
    let short: String = full.chars().take(LONGEST).collect();
    Some(short.strip_suffix('-').unwrap_or(&short).to_owned())
}
