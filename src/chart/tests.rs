//! Charts of the catalog's entries: what needs no Helm to be seen.

use super::{Chart, chart, package};
use crate::catalog;
use crate::diag::{Diagnostics, SourceMap};
use crate::spec::{Input, Request};
use crate::{objects, overlay, plan, spec};

/// The chart of what `text` names, on the example site.
fn chart_of(text: &str, name: &str) -> Result<Chart, &'static str> {
    let inputs = [
        Input { name: "site".to_owned(), text: catalog::EXAMPLE_SITE.to_owned() },
        Input { name: "own".to_owned(), text: text.to_owned() },
    ];
    let named = [name.to_owned()];
    let request = Request {
        inputs: &inputs,
        named: &named,
        catalog: catalog::ENTRIES,
        images: catalog::IMAGES,
        ..Request::default()
    };
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let documents = spec::load(&request, &mut sources, &mut diags);
    let overlays = overlay::gather(&documents, &mut sources, &mut diags);
    let plan = plan::decide(&documents, &overlays, &mut diags).expect("the documents have a site");
    assert!(!diags.has_errors(), "{diags:?}");
    let appliance = plan.appliances.iter().find(|appliance| *appliance.name == name).expect("it is planned");
    let objects = objects::build(&plan, appliance);
    chart(&documents, &overlays, appliance, &objects).map_err(|finding| finding.code)
}

fn catalog_charts() -> impl Iterator<Item = Chart> {
    catalog::ENTRIES.iter().map(|entry| chart_of("", entry.name).expect("every entry has a chart"))
}

#[test]
fn no_sentinel_and_no_mark_is_left() {
    for chart in catalog_charts() {
        for (path, text) in &chart.files {
            assert!(!text.contains("zz9") && !text.contains("WRTPOD-SLOT"), "{}/{path}", chart.name);
        }
    }
}

#[test]
fn every_sentinel_is_lifted_somewhere() {
    for chart in catalog_charts() {
        let text: String = chart
            .files
            .iter()
            .filter(|(path, _)| path.starts_with("templates/"))
            .map(|(_, text)| text.as_str())
            .collect();
        for expression in ["wrtpod.fullname", ".Release.Namespace", "wrtpod.image"] {
            assert!(text.contains(expression), "{}: {expression}", chart.name);
        }
    }
}

#[test]
fn values_are_the_documents_own_words() {
    let chart = chart_of(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: edge, labels: {room: attic}}\nspec:\n  from: openwrt\n  \
         interfaces: [{network: lan, address: [192.168.1.9/24, 'fd00::9/64'], name: up, metric: 5}]\n  uci:\n    firewall:\n      \
         mine: {.type: rule, target: ACCEPT, proto: [tcp, udp]}\n",
        "edge",
    )
    .expect("it has a chart");
    let values = &chart.files["values.yaml"];
    for part in [
        "- network: lan\n  name: up\n  address:\n  - 192.168.1.9/24\n  - fd00::9/64\n  metric: 5\n",
        "uci:\n  firewall:\n  - section: mine\n    type: rule\n    options:\n      target: ACCEPT\n      proto:\n      - tcp\n      - udp\n",
        "labels:\n  room: attic\n",
    ] {
        assert!(values.contains(part), "{part}\n{values}");
    }
    assert!(chart.files["templates/_kind.tpl"].contains("default \"openwrt\""));
}

#[test]
fn refuses_what_helm_cannot_finish() {
    let edge = |spec: &str| {
        format!(
            "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: edge}}\nspec:\n  from: nginx-lan\n  interfaces: [{{network: lan, address: 192.168.1.7/24}}]\n{spec}"
        )
    };
    let patched = edge("  patches: [{kind: Service, spec: {type: NodePort}}]\n");
    assert_eq!(chart_of(&patched, "edge").map(|_| ()), Err("chart-patches"));
    let at_boot = edge("  persistence: {mode: system}\n  overlays: [luci]\n").replace("nginx-lan", "openwrt");
    assert_eq!(chart_of(&at_boot, "edge").map(|_| ()), Err("chart-overlays"));
}

#[test]
fn the_same_chart_gives_the_same_archive() {
    let chart = || chart_of("", "openwrt").expect("it has a chart");
    assert_eq!(package(&chart()), package(&chart()));
}
