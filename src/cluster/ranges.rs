//! Whether the cluster's pod and Service ranges are those that the appliance keeps on eth0, asked before
//! anything is written: a wrong guess would cut Services and DNS off only later.

use std::net::IpAddr;

use http::Request;
use serde_json::Value;

use crate::types::Cidr;

use super::kinds::Kind;
use super::session::Session;
use super::{Error, Obstacle, Release, request};

/// Refuses a release whose ranges are not the cluster's. What may not be read is not judged.
pub(super) async fn check(session: &Session<'_>, release: &Release) -> Result<(), Error> {
    if release.cluster_ranges.is_empty() {
        return Ok(());
    }
    let (service, nodes) = futures_util::join!(
        session.send(service()),
        session.send(request::list(Kind::named("Node"), None, &[("limit", "50")])),
    );
    let nodes = nodes.map(|reply| reply.value["items"].as_array().cloned().unwrap_or_default());
    let service = service.map(|reply| reply.value).unwrap_or_default();
    match judge(&release.cluster_ranges, &service, &nodes.unwrap_or_default()).into_iter().next() {
        Some(obstacle) => Err(obstacle.into()),
        None => Ok(()),
    }
}

/// Reads the Service of the API server.
pub(super) fn service() -> Request<Vec<u8>> {
    request::get(Kind::named("Service"), "default", "kubernetes")
}

/// The addresses of the API server's Service and the nodes' pod ranges that lie in none of the ranges.
pub(super) fn judge(ranges: &[Cidr], service: &Value, nodes: &[Value]) -> Vec<Obstacle> {
    let other = |what: String, address: &str| Obstacle::OtherRanges {
        what,
        address: address.to_owned(),
        ranges: ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let outside = |address: IpAddr| !ranges.iter().any(|range| range.contains(address));
    let mut obstacles = Vec::new();
    for text in texts(&service["spec"]["clusterIPs"]) {
        if let Some(address) = text.parse::<IpAddr>().ok().filter(|address| outside(*address)) {
            obstacles.push(other("the Service kubernetes has the address".to_owned(), &address.to_string()));
        }
    }
    for node in nodes {
        for text in texts(&node["spec"]["podCIDRs"]) {
            if let Some(range) = text.parse::<Cidr>().ok().filter(|range| outside(range.address())) {
                let name = node["metadata"]["name"].as_str().unwrap_or_default();
                obstacles.push(other(format!("node {name} has the pod range"), &range.to_string()));
            }
        }
    }
    obstacles
}

fn texts(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_outside_is_told() {
        let ranges: Vec<Cidr> =
            ["10.42.0.0/16", "10.43.0.0/16"].map(|text| text.parse().expect("a CIDR")).into();
        let service = json!({"spec": {"clusterIPs": ["10.43.0.1", "fd00::1"]}});
        let node =
            |name: &str, range: &str| json!({"metadata": {"name": name}, "spec": {"podCIDRs": [range]}});
        let nodes = [node("a", "10.42.1.0/24"), node("b", "10.244.1.0/24")];
        let found: Vec<String> = judge(&ranges, &service, &nodes).iter().map(Obstacle::claim).collect();
        let tail = "which is in none of the site's ranges (10.42.0.0/16, 10.43.0.0/16)";
        assert_eq!(
            found,
            [
                format!("the Service kubernetes has the address fd00::1, {tail}"),
                format!("node b has the pod range 10.244.1.0/24, {tail}")
            ]
        );
    }
}
