//! Whether the cluster's pod and Service ranges are those that the appliance keeps on eth0, asked before
//! anything is written: a wrong guess would cut Services and DNS off only later.

use std::net::IpAddr;

use serde_json::Value;

use crate::types::Cidr;

use super::kinds::Kind;
use super::session::Session;
use super::{Error, Release, request};

/// Refuses a release whose ranges do not hold the address of the API server's Service or the nodes' pod ranges.
/// What may not be read is not judged.
pub(super) async fn check(session: &Session<'_>, release: &Release) -> Result<(), Error> {
    if release.cluster_ranges.is_empty() {
        return Ok(());
    }
    let (service, nodes) = futures_util::join!(
        session.send(request::get(Kind::named("Service"), "default", "kubernetes")),
        session.send(request::list(Kind::named("Node"), None, &[("limit", "50")])),
    );
    if let Ok(service) = service {
        for address in texts(&service.value["spec"]["clusterIPs"]) {
            if let Ok(address) = address.parse::<IpAddr>()
                && !release.cluster_ranges.iter().any(|range| range.contains(address))
            {
                return Err(other(release, "the Service kubernetes has the address", &address.to_string()));
            }
        }
    }
    let Ok(nodes) = nodes else { return Ok(()) };
    for node in nodes.value["items"].as_array().into_iter().flatten() {
        for range in texts(&node["spec"]["podCIDRs"]) {
            if let Ok(range) = range.parse::<Cidr>()
                && !release.cluster_ranges.iter().any(|known| known.contains(range.address()))
            {
                let name = node["metadata"]["name"].as_str().unwrap_or_default();
                return Err(other(release, &format!("node {name} has the pod range"), &range.to_string()));
            }
        }
    }
    Ok(())
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn other(release: &Release, what: &str, address: &str) -> Error {
    let ranges: Vec<String> = release.cluster_ranges.iter().map(ToString::to_string).collect();
    Error::OtherRanges { what: what.to_owned(), address: address.to_owned(), ranges: ranges.join(", ") }
}
