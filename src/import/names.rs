//! What release and chart are called in documents.

use super::Request;
use super::read::Read;
use crate::diag::{Diagnostic, Diagnostics, SourceMap, Span};
use crate::types::quoted;

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
        let chart = read.chart.as_ref().and_then(|name| Some((name.text()?, name.span)));
        // Both are the label `app.kubernetes.io/name`, which wrtpod gives the name of the catalog entry.
        let overriding = values.name_override.get();
        let kind = overriding.and_then(|name| Some((name.as_str(), name.span?))).or(chart);
        let from = match request.from {
            Some(from) => {
                let file = sources.add("--from", from);
                Some((from.to_owned(), Span::new(file, 0, from.len())))
            }
            None => kind.filter(|(name, _)| request.catalog.iter().any(|entry| entry.name == *name)).map(owned),
        };
        let Some(appliance) = appliance(request, read, chart.or(kind).map(|(name, _)| name)) else {
            let diagnostic = Diagnostic::error("not-imported", "the values do not say what the release is called");
            diagnostics.push(diagnostic.help("write --name with the release's name"));
            return None;
        };
        if let Some((kind, span)) = kind.filter(|(kind, _)| from.is_none() && *kind != appliance) {
            let (kind, label) = (quoted(kind), quoted(&appliance));
            let message =
                format!("`app.kubernetes.io/name` changes from {kind} to {label}: the catalog has no {kind}");
            let help = "write --from with the catalog entry that the chart was made from";
            diagnostics.push(Diagnostic::warning("not-imported", message).at(span).help(help));
        }
        let derives = values.interfaces.iter().any(|interface| interface.mac.get().is_none());
        if request.namespace.is_none() && derives {
            let message = "values do not say the namespace, on which derived MACs depend: `default` is taken";
            let help = "write --namespace with the release's namespace";
            diagnostics.push(Diagnostic::warning("not-imported", message).help(help));
        }
        let namespace = request.namespace.map_or("default", |name| name.as_str()).to_owned();
        Some(Self { appliance, namespace, from })
    }
}

fn owned((name, span): (&str, Span)) -> (String, Span) {
    (name.to_owned(), span)
}

/// The name that the chart gives to its objects.
fn appliance(request: &Request<'_>, read: &Read, kind: Option<&str>) -> Option<String> {
    if let Some(full) = read.values.fullname_override.get() {
        return Some(full.to_string());
    }
    match (request.name.map(|name| name.as_str()), kind) {
        (Some(release), Some(kind)) if !release.contains(kind) => Some(format!("{release}-{kind}")),
        (Some(release), _) => Some(release.to_owned()),
        (None, kind) => kind.map(str::to_owned),
    }
}
