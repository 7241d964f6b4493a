//! Routes to networks behind the routers of the NICs' networks, and the tables and rules by which answers leave by the NIC
//! that they came in by.

use std::net::IpAddr;

use super::draft::{Draft, File};
use crate::plan::once::once;
use crate::plan::{Nic, SourceRouting};
use crate::types::Cidr;

/// The first of the tables, one for each NIC. mwan3's and pbr's numbers are elsewhere, and those of the kernel too.
const FIRST_TABLE: usize = 101;
/// Before netifd's own rules: what goes to the cluster, then what comes from a NIC.
const TO_CLUSTER: &str = "1000";
const BY_SOURCE: &str = "1001";
/// The number of the table `main`.
const MAIN: &str = "254";

/// Adds the routes of a NIC, the one at this place.
pub fn push_routes(config: &mut File, at: usize, nic: &Nic) {
    for (number, route) in nic.routes.iter().enumerate() {
        let name = format!("route_{}_{}", nic.interface.value, number + 1);
        config.push(route_to(&name, nic, route.to.value, Some(route.via.value)));
    }
    let Some(routing) = &nic.source_routing else { return };
    let table = (FIRST_TABLE + at).to_string();
    let targets = targets(nic, routing);
    for (number, (to, via)) in targets.iter().enumerate() {
        let name = source_name(nic, number);
        config.push(route_to(&name, nic, *to, *via).option("table", &table));
    }
    for (number, source) in routing.sources.iter().enumerate() {
        config.push(
            rule(&source_name(nic, targets.len() + number), *source)
                .option("src", &source.to_string())
                .option("lookup", &table)
                .option("priority", BY_SOURCE),
        );
    }
}

/// Adds the rules that keep what goes to the cluster in the main table, whatever it comes from.
pub fn push_cluster_rules(config: &mut File, nics: &[Nic], cluster: &[Cidr]) {
    if nics.iter().all(|nic| nic.source_routing.is_none()) {
        return;
    }
    for (number, range) in cluster.iter().enumerate() {
        config.push(
            rule(&format!("sources_{}", number + 1), *range)
                .option("dest", &range.to_string())
                .option("lookup", MAIN)
                .option("priority", TO_CLUSTER),
        );
    }
}

/// The sections of a NIC that are pushed here, by their names.
pub fn section_names(nic: &Nic) -> Vec<String> {
    let routes = (1..=nic.routes.len()).map(|number| format!("route_{}_{number}", nic.interface.value));
    let sources = nic.source_routing.iter().flat_map(|routing| {
        (0..targets(nic, routing).len() + routing.sources.len()).map(|number| source_name(nic, number))
    });
    routes.chain(sources).collect()
}

fn source_name(nic: &Nic, number: usize) -> String {
    format!("source_{}_{}", nic.interface.value, number + 1)
}

/// What the table of a NIC has: its subnets, the networks behind its routers, and everything else.
fn targets(nic: &Nic, routing: &SourceRouting) -> Vec<(Cidr, Option<IpAddr>)> {
    let mut subnets: Vec<Cidr> = nic.fixed_addresses().iter().map(|address| address.network()).collect();
    if subnets.is_empty() {
        subnets.clone_from(&routing.sources);
    }
    let everything = |via: &IpAddr| {
        let all = if via.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
        Cidr::new(all, 0).map(|all| (all, Some(*via)))
    };
    let routes = nic.routes.iter().map(|route| (route.to.value, Some(route.via.value)));
    let subnets = once(subnets).into_iter().map(|subnet| (subnet, None));
    subnets.chain(routes).chain(routing.gateways.iter().filter_map(everything)).collect()
}

fn route_to(name: &str, nic: &Nic, to: Cidr, via: Option<IpAddr>) -> Draft {
    let section = Draft::named(if to.is_ipv4() { "route" } else { "route6" }, name)
        .option("interface", &nic.interface.value)
        .option("target", &to.to_string());
    match via {
        Some(via) => section.option("gateway", &via.to_string()),
        None => section,
    }
}

/// A rule for packets of the machine itself, which come from lo: what it forwards goes as ever.
fn rule(name: &str, of_family: Cidr) -> Draft {
    Draft::named(if of_family.is_ipv4() { "rule" } else { "rule6" }, name).option("in", "loopback")
}
