//! The pages of a chart that people and registries read: Chart.yaml and README.md.

use handlebars::{Handlebars, no_escape};
use serde_json::{Map, Value, json};

use super::entry::{self, Entry, rows};
use super::overlays::Carried;
use super::source::Source;
use super::{Defaults, place};
use crate::plan::Profile;
use crate::types::Digest;
use crate::yaml;

const README: &str = include_str!("README.md.hbs");

/// The first line of every Chart.yaml, up to the chart's name: by it a folder is known as wrtpod's own.
pub const MARK: &str = "# Written by `wrtpod chart ";

/// Annotation of Chart.yaml: the catalog entry that the appliance builds on. `wrtpod import` reads it.
const FROM: &str = "wrtpod.dev/from";

/// The picture of a published chart: docs/icon.svg.
const ICON: &str = "https://raw.githubusercontent.com/wrtpod/wrtpod/main/docs/icon.svg";

/// What Chart.yaml says; the version is empty.
pub fn metadata(source: &Source<'_>, defaults: Defaults) -> Value {
    let image = source.image();
    let version = image.tag().or(image.digest().map(Digest::as_str)).unwrap_or("latest");
    let mut metadata = json!({
        "apiVersion": "v2",
        "name": source.plan.name.value,
        "description": description(source),
        "type": "application",
        "version": "",
        "appVersion": version,
        // status.hostIPs, which the init container reads, is in every cluster from 1.30 on.
        "kubeVersion": ">=1.30.0-0",
        "keywords": keywords(source),
    });
    let mut annotations = Map::new();
    if let Some(from) = &source.spec.from {
        annotations.insert(FROM.to_owned(), from.to_string().into());
    }
    // A chart of somebody's own place is theirs.
    if defaults == Defaults::AnyPlace {
        let [home, license] = [env!("CARGO_PKG_REPOSITORY"), env!("CARGO_PKG_LICENSE")];
        metadata["home"] = home.into();
        metadata["sources"] = json!([home]);
        metadata["maintainers"] = json!([{"name": "wrtpod", "url": home}]);
        metadata["icon"] = ICON.into();
        annotations.insert("artifacthub.io/category".to_owned(), "networking".into());
        annotations.insert("artifacthub.io/license".to_owned(), license.into());
        let main = (source.plan.name.value.as_str(), image);
        let others = source.plan.sidecars.iter().map(|one| (one.name.as_str(), &one.image.value));
        let images = std::iter::once(main).chain(others);
        let images = images.map(|(name, image)| json!({"name": name, "image": image.to_string()}));
        let images = Value::Array(images.collect());
        annotations.insert("artifacthub.io/images".to_owned(), yaml::write(&images).into());
    }
    if !annotations.is_empty() {
        metadata["annotations"] = annotations.into();
    }
    metadata
}

fn keywords<'a>(source: &'a Source<'a>) -> Vec<&'a str> {
    let mut words = vec!["multus", "macvlan", "lan", source.plan.kind.as_str()];
    if source.profile() == Profile::OpenWrt && source.plan.kind != "openwrt" {
        words.push("openwrt");
    }
    words
}

/// The values of the documents' place, in a chart for any place.
pub fn example_values(source: &Source<'_>, facts: &[Entry]) -> String {
    let name = &source.plan.name.value;
    format!(
        "# The example site's: with these, the chart makes what `wrtpod render {name}` makes without a site of yours.\n{}",
        yaml::write(&entry::values(facts))
    )
}

/// The text of Chart.yaml.
pub fn chart_yaml(metadata: &Value) -> String {
    let name = metadata["name"].as_str().unwrap_or_default();
    format!("{MARK}{name}`; `appVersion` is the image's tag.\n{}", yaml::write(metadata))
}

/// The text of README.md. `facts`: those of the place, in a chart for any place.
pub fn readme(source: &Source<'_>, carried: &Carried, values: &[Entry], facts: Option<&[Entry]>) -> String {
    let rows: Vec<Value> = rows(values)
        .into_iter()
        .map(|row| json!({"path": row.path, "default": cell(&row.default), "meaning": cell(&row.meaning)}))
        .collect();
    let facts = json!({
        "name": source.plan.name.value,
        "sentence": format!("{}.", description(source)),
        "secret": source.profile() == Profile::OpenWrt && source.plan.credentials.is_some(),
        "overlays": carried.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        "needed": facts.map(|facts| entry::values_yaml(&place::to_fill_in(facts))),
        "optional": facts.map(|facts| {
            place::optional(facts).iter().map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ")
        }),
        "namespace": if facts.is_some() { "appliances" } else { source.namespace() },
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
