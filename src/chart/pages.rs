//! The pages of a chart that people and registries read: Chart.yaml and README.md.

use handlebars::{Handlebars, no_escape};
use serde_json::{Value, json};

use super::entry::{Entry, rows};
use super::overlays::Carried;
use super::source::Source;
use crate::plan::Profile;
use crate::types::Digest;
use crate::yaml;

const README: &str = include_str!("README.md.hbs");

/// The version of the charts that this program writes: its own.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The first line of every Chart.yaml, up to the chart's name: by it a folder is known as wrtpod's own.
pub const MARK: &str = "# Written by `wrtpod chart ";

/// Annotation of Chart.yaml: the catalog entry that the appliance builds on. `wrtpod import` reads it.
const FROM: &str = "wrtpod.dev/from";

/// What Chart.yaml says.
pub fn metadata(source: &Source<'_>) -> Value {
    let image = source.image();
    let version = image.tag().or(image.digest().map(Digest::as_str)).unwrap_or("latest");
    let mut metadata = json!({
        "apiVersion": "v2",
        "name": source.plan.name.value,
        "description": description(source),
        "type": "application",
        "version": VERSION,
        "appVersion": version,
        // status.hostIPs, which the init container reads, is in every cluster from 1.30 on.
        "kubeVersion": ">=1.30.0-0",
        "keywords": ["multus", "macvlan", source.plan.kind],
    });
    if let Some(from) = &source.spec.from {
        metadata["annotations"] = json!({FROM: from.value});
    }
    metadata
}

/// The text of Chart.yaml.
pub fn chart_yaml(metadata: &Value) -> String {
    let name = metadata["name"].as_str().unwrap_or_default();
    format!("{MARK}{name}`: `version` is wrtpod's, `appVersion` the image's tag.\n{}", yaml::write(metadata))
}

/// The text of README.md.
pub fn readme(source: &Source<'_>, carried: &Carried, values: &[Entry]) -> String {
    let rows: Vec<Value> = rows(values)
        .into_iter()
        .map(|row| json!({"path": row.path, "default": cell(&row.default), "meaning": cell(&row.meaning)}))
        .collect();
    let facts = json!({
        "name": source.plan.name.value,
        "sentence": format!("{}.", description(source)),
        "secret": source.profile() == Profile::OpenWrt && source.plan.credentials.is_some(),
        "overlays": carried.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        "rows": rows,
    });
    let mut engine = Handlebars::new();
    engine.set_strict_mode(true);
    engine.register_escape_fn(no_escape);
    engine.render_template(README, &facts).expect("the page names facts that are there")
}

/// What stands in a table's cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// One sentence, without its full stop.
fn description(source: &Source<'_>) -> String {
    let stated =
        source.spec.description.as_ref().map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    let stated = stated.filter(|text| !text.is_empty());
    stated.map_or_else(
        || format!("The network appliance {}", source.plan.name.value),
        |text| text.trim_end_matches('.').to_owned(),
    )
}
