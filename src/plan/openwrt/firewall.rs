//! `/etc/config/firewall`: a zone for each side, and one for eth0 that admits ping and the Service's ports
//! alone. The names are sections' names, so that a change by the user is found again.

use super::draft::{Draft, File};
use super::network::interface_names;
use crate::plan::{ContainerPort, Nic, Transport};

/// The planned file.
pub fn firewall(nics: &[Nic], ports: &[ContainerPort]) -> File {
    let mut config = File::new();
    config.push(
        Draft::named("defaults", "defaults")
            .option("syn_flood", "1")
            .option("input", "REJECT")
            .option("output", "ACCEPT")
            .option("forward", "REJECT"),
    );
    let routes = nics.iter().any(|nic| nic.serve.is_some());
    let (inside, outside): (Vec<&Nic>, Vec<&Nic>) =
        nics.iter().partition(|nic| !routes || nic.serve.is_some());
    // A machine on several networks is not their router unless it serves one of them.
    config.push(zone("lan", &inside, nics, "ACCEPT", if routes { "ACCEPT" } else { "REJECT" }));
    if !outside.is_empty() {
        config
            .push(zone("wan", &outside, nics, "REJECT", "REJECT").option("masq", "1").option("mtu_fix", "1"));
        config.push(Draft::named("forwarding", "lan_wan").option("src", "lan").option("dest", "wan"));
        for rule in wan_rules() {
            config.push(rule);
        }
    }
    for section in cluster(ports) {
        config.push(section);
    }
    config
}

fn zone(name: &str, members: &[&Nic], nics: &[Nic], input: &str, forward: &str) -> Draft {
    Draft::named("zone", &format!("zone_{name}"))
        .option("name", name)
        .list("network", members.iter().flat_map(|nic| interface_names(nic, nics)))
        .option("input", input)
        .option("output", "ACCEPT")
        .option("forward", forward)
}

/// What reaches eth0 comes from the cluster: probes run inside, so only ping and the Service's ports remain.
fn cluster(ports: &[ContainerPort]) -> Vec<Draft> {
    let mut sections = vec![
        Draft::named("zone", "zone_cluster")
            .option("name", "cluster")
            .list("network", ["cluster"])
            .option("input", "REJECT")
            .option("output", "ACCEPT")
            .option("forward", "REJECT"),
        rule("cluster_ping", "Allow-Cluster-Ping", "cluster")
            .option("proto", "icmp")
            .option("icmp_type", "echo-request")
            .option("target", "ACCEPT"),
    ];
    for protocol in [Transport::Tcp, Transport::Udp] {
        let numbers: Vec<String> =
            ports.iter().filter(|port| port.protocol == protocol).map(|port| port.port.to_string()).collect();
        if !numbers.is_empty() {
            let protocol = protocol.as_str().to_ascii_lowercase();
            sections.push(
                rule(&format!("cluster_service_{protocol}"), "Allow-Cluster-Service", "cluster")
                    .option("proto", &protocol)
                    .option("dest_port", &numbers.join(" "))
                    .option("target", "ACCEPT"),
            );
        }
    }
    sections
}

fn rule(section: &str, name: &str, source: &str) -> Draft {
    Draft::named("rule", section).option("name", name).option("src", source)
}

/// What firewall4's own default file admits from a WAN.
fn wan_rules() -> Vec<Draft> {
    let accept = |section: Draft| section.option("target", "ACCEPT");
    let icmpv6_types = [
        "echo-request",
        "echo-reply",
        "destination-unreachable",
        "packet-too-big",
        "time-exceeded",
        "bad-header",
        "unknown-header-type",
    ];
    let neighbour_types =
        ["router-solicitation", "neighbour-solicitation", "router-advertisement", "neighbour-advertisement"];
    vec![
        accept(
            rule("wan_dhcp_renew", "Allow-DHCP-Renew", "wan")
                .option("proto", "udp")
                .option("dest_port", "68")
                .option("family", "ipv4"),
        ),
        accept(
            rule("wan_ping", "Allow-Ping", "wan")
                .option("proto", "icmp")
                .option("icmp_type", "echo-request")
                .option("family", "ipv4"),
        ),
        accept(rule("wan_igmp", "Allow-IGMP", "wan").option("proto", "igmp").option("family", "ipv4")),
        accept(
            rule("wan_dhcpv6", "Allow-DHCPv6", "wan")
                .option("proto", "udp")
                .option("dest_port", "546")
                .option("family", "ipv6"),
        ),
        accept(
            rule("wan_mld", "Allow-MLD", "wan")
                .option("proto", "icmp")
                .option("src_ip", "fe80::/10")
                .list("icmp_type", ["130/0", "131/0", "132/0", "143/0"])
                .option("family", "ipv6"),
        ),
        accept(
            rule("wan_icmpv6_input", "Allow-ICMPv6-Input", "wan")
                .option("proto", "icmp")
                .list("icmp_type", icmpv6_types.iter().chain(&neighbour_types).copied())
                .option("limit", "1000/sec")
                .option("family", "ipv6"),
        ),
        accept(
            rule("wan_icmpv6_forward", "Allow-ICMPv6-Forward", "wan")
                .option("dest", "*")
                .option("proto", "icmp")
                .list("icmp_type", icmpv6_types)
                .option("limit", "1000/sec")
                .option("family", "ipv6"),
        ),
    ]
}
