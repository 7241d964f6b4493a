//! Charts of the catalog's entries: what needs no Helm to be seen.

use super::{Chart, Defaults, Version, chart, package};
use crate::catalog;
use crate::diag::{Diagnostics, SourceMap};
use crate::spec::{Input, Request};
use crate::{overlay, plan, spec};

/// The chart of what `text` names, on the example site.
fn chart_of(text: &str, name: &str) -> Result<Chart, &'static str> {
    chart_as(text, name, Defaults::OfSite, &Version::Program)
}

fn chart_as(text: &str, name: &str, defaults: Defaults, version: &Version) -> Result<Chart, &'static str> {
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
    chart(&documents, &overlays, appliance, defaults, version).map_err(|finding| finding.code.as_str())
}

fn catalog_charts() -> impl Iterator<Item = Chart> {
    let of = |name| chart_as("", name, Defaults::AnyPlace, &Version::Program);
    catalog::ENTRIES.iter().map(move |entry| of(entry.name).expect("every entry has a chart"))
}

#[test]
fn no_sentinel_and_no_mark_is_left() {
    for chart in catalog_charts() {
        for (path, text) in &chart.files {
            assert!(!text.contains("zz9") && !text.contains("WRTPOD-SLOT"), "{}/{path}", chart.name);
        }
    }
}

/// MACs are derived from the namespace: what is shown without one is not what would be applied.
#[test]
fn every_command_of_a_charts_page_names_the_namespace() {
    for (chart, namespace) in catalog_charts()
        .map(|chart| (chart, "appliances"))
        .chain([(chart_of("", "openwrt").expect("it has a chart"), "appliances")])
    {
        let page = &chart.files["README.md"];
        let commands = |verb: &str| page.matches(&format!("helm {verb} {} .", chart.name)).count();
        let named = |verb: &str| {
            page.matches(&format!("helm {verb} {} . --namespace {namespace}", chart.name)).count()
        };
        for verb in ["install", "template"] {
            assert!(commands(verb) == 1 && named(verb) == 1, "{verb}: {page}");
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
    let other = tempfile::tempdir().expect("a folder");
    let document = "apiVersion: wrtpod.dev/v1alpha1\nkind: Overlay\nmetadata: {name: luci}\nspec: {}\n";
    std::fs::write(other.path().join("overlay.yaml"), document).expect("written");
    let overlays =
        format!("  overlays: [{}, luci]\n  persistence: {{mode: system}}\n", other.path().display());
    let two = edge(&overlays).replace("nginx-lan", "openwrt");
    assert_eq!(chart_of(&two, "edge").map(|_| ()), Err("chart-overlays"));
}

#[test]
fn overlays_are_files_that_people_can_read() {
    let chart = chart_of("", "openwrt").expect("it has a chart");
    let names: Vec<&str> =
        chart.files.keys().filter_map(|path| path.strip_prefix("files/overlays/")).collect();
    assert_eq!(names.len(), overlay::EMBEDDED.len());
    let wireguard = "\
# The overlay wireguard: WireGuard tunnels, with their page in LuCI.
packages:
- wireguard-tools
- luci-proto-wireguard
sysctls:
  net.ipv4.ip_forward: \"1\"
hostModules:
  wireguard: the interface of a tunnel is the kernel's
notes: |
";
    let text = &chart.files["files/overlays/wireguard.yaml"];
    assert!(text.starts_with(wireguard), "{text}");
    let tun = "volumeMounts:\n- mountPath: /dev/net/tun\n  name: wrtpod-dev-net-tun\n";
    assert!(chart.files["files/overlays/tailscale.yaml"].contains(tun));
}

#[test]
fn words_of_overlays_are_none_of_the_values() {
    let text = "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: edge}\nspec:\n  from: openwrt\n  build: openwrt-vpn\n  \
         persistence: {mode: system}\n  overlays: [mosquitto, wireguard]\n  interfaces: [{network: lan, address: dhcp}]\n";
    let values = &chart_of(text, "edge").expect("it has a chart").files["values.yaml"];
    for part in
        ["  overlays:\n  - luci\n  - wireguard\n  - tailscale\n", "\noverlays:\n- mosquitto\n", "\nuci: {}\n"]
    {
        assert!(values.contains(part), "{part}\n{values}");
    }
}

#[test]
fn nothing_of_the_example_site_is_a_default_of_the_catalogs_charts() {
    for chart in catalog_charts() {
        let lines = chart.files["values.yaml"].lines().filter(|line| !line.trim_start().starts_with('#'));
        let values = lines.collect::<Vec<_>>().join("\n");
        let example = &chart.files["ci/example-values.yaml"];
        for fact in [
            "example-site-do-not-copy",
            "enp3s0",
            "node1",
            "local-path",
            "192.168.",
            "10.42.",
            "site: example",
        ] {
            assert!(
                !values.contains(&format!(": {fact}")) && !values.contains(&format!("- {fact}")),
                "{}: {fact}",
                chart.name
            );
        }
        for fact in
            ["salt: example-site-do-not-copy", "parent: enp3s0", "- node1", "storageClass: local-path"]
        {
            let is_used = fact != "storageClass: local-path" || values.contains("storageClass");
            assert_eq!(example.contains(fact), is_used, "{}: {fact}", chart.name);
        }
    }
    // Who has a site has all of it in the chart.
    let own = chart_of("", "openwrt").expect("it has a chart");
    assert!(own.files["values.yaml"].contains("salt: example-site-do-not-copy"));
    assert!(!own.files.contains_key("ci/example-values.yaml"));
}

/// What Artifact Hub shows of a chart (artifacthub.io/docs/topics/annotations/helm). A chart of somebody's own site is theirs.
#[test]
fn a_published_chart_says_whose_it_is() {
    let metadata = |defaults| {
        let chart = chart_as("", "openwrt", defaults, &Version::Program).expect("it has a chart");
        chart.files["Chart.yaml"].clone()
    };
    let published = metadata(Defaults::AnyPlace);
    for key in
        ["home", "icon", "sources", "maintainers", "  artifacthub.io/category", "  artifacthub.io/images"]
    {
        assert!(published.contains(&format!("\n{key}:")), "{key}: {published}");
    }
    assert!(published.contains("  artifacthub.io/license: MIT OR Apache-2.0\n"), "{published}");
    let own = metadata(Defaults::OfSite);
    assert!(!own.contains("artifacthub") && !own.contains("\nicon:"), "{own}");
}

#[test]
fn a_version_follows_the_content_or_is_stated() {
    let of = |text: &str, version: &Version| {
        let chart = chart_as(text, "openwrt", Defaults::OfSite, version).expect("it has a chart");
        (chart.version().to_owned(), chart.files["Chart.yaml"].clone())
    };
    let other = "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: openwrt}\nspec: {from: openwrt, hostname: other}\n";
    let [(one, text), (again, _), (changed, _)] = ["", "", other].map(|text| of(text, &Version::Content));
    assert!(one.starts_with(concat!(env!("CARGO_PKG_VERSION"), "+")), "{one}");
    assert!(
        text.contains(&format!("version: \"{one}\"\n")) || text.contains(&format!("version: {one}\n")),
        "{text}"
    );
    assert_eq!(one, again);
    assert_ne!(one, changed);
    assert_eq!(super::tag(&one), one.replace('+', "_"));
    let stated: super::StatedVersion = "1.4.0-rc.1+x".parse().expect("it is one");
    assert_eq!(of("", &Version::Stated(stated)).0, "1.4.0-rc.1+x");
    assert_eq!(of("", &Version::Program).0, env!("CARGO_PKG_VERSION"));
    for refused in ["1", "v1.0.0", "1.0", "01.0.0", "1.0.0+a_b", "latest", ""] {
        assert!(refused.parse::<super::StatedVersion>().is_err(), "{refused}");
    }
    assert!(format!("1.0.0+{}", "a".repeat(130)).parse::<super::StatedVersion>().is_err());
}

#[test]
fn the_same_chart_gives_the_same_archive() {
    let chart = || chart_of("", "openwrt").expect("it has a chart");
    assert_eq!(package(&chart()), package(&chart()));
}
