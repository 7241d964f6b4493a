//! Bills of materials.

use serde_json::Value;

use super::base::{base, image};
use crate::image::{Bundle, Component, Sbom, faults, media_type};

fn component(name: &str) -> Component {
    Component {
        name: name.to_owned(),
        version: "1.0-r1".to_owned(),
        architecture: "x86_64".to_owned(),
        licence: Some("GPL-2.0-only".to_owned()),
        sha256: Some("0a".repeat(32)),
        feed: Some("base".to_owned()),
        unsigned: false,
    }
}

fn attached(components: Vec<Component>) -> Bundle {
    let mut bundle = image("x86_64", "x").bundle;
    let subject = bundle.top.clone();
    Sbom::new("router", "openwrt:24.10", &base("x86_64"), components).attach(&mut bundle, &subject, 7);
    bundle
}

fn document(bundle: &Bundle) -> Value {
    let manifest = bundle.documents[1].manifest().expect("a manifest");
    let mut text = Vec::new();
    let mut reader = bundle.blobs[&manifest.layers[0].digest].reader().expect("it is in memory");
    std::io::Read::read_to_end(&mut reader, &mut text).expect("memory");
    serde_json::from_slice(&text).expect("it is JSON")
}

#[test]
fn refers_to_the_image() {
    let bundle = attached(vec![component("a")]);
    let manifest = bundle.documents[1].manifest().expect("a manifest");
    assert_eq!(manifest.subject.expect("it has one").digest, bundle.top.digest);
    assert_eq!(manifest.artifact_type.as_deref(), Some(media_type::SPDX));
    assert_eq!(bundle.top, bundle.documents[0].descriptor);
    assert_eq!(faults(&bundle), [""; 0]);
}

#[test]
fn lists_base_and_packages() {
    let document = document(&attached(vec![component("a"), component("b")]));
    let packages = document["packages"].as_array().expect("a list");
    let names: Vec<_> = packages.iter().map(|package| package["name"].as_str().expect("a name")).collect();
    assert_eq!(names, ["router", "openwrt:24.10", "a", "b"]);
    assert_eq!(packages[2]["licenseDeclared"], "GPL-2.0-only");
    assert_eq!(packages[2]["checksums"][0]["checksumValue"], "0a".repeat(32));
    assert_eq!(document["creationInfo"]["created"], "1970-01-01T00:00:07Z");
    assert_eq!(document["relationships"].as_array().expect("a list").len(), 4);
}

#[test]
fn does_not_depend_on_the_order_of_packages() {
    let digest =
        |names: [&str; 3]| attached(names.map(component).to_vec()).documents[1].descriptor.digest.clone();
    assert_eq!(digest(["a", "b", "c"]), digest(["c", "a", "b"]));
}
