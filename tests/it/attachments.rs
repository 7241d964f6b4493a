//! Which attachment a NIC gets, and the sysctls in it.

use crate::support::outcome;

const TWO_NETWORKS: &str = "
apiVersion: wrtpod.dev/v1alpha1
kind: Site
metadata: {name: home}
spec:
  salt: abc
  networks:
    lan: {macvlan: {parent: enp3s0}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}
    iot: {macvlan: {parent: enp4s0}, subnet: 192.168.32.0/24}
---
";

/// Name of each attachment and what it says of a router's default route.
fn default_routes(appliance: &str) -> Vec<(String, Option<String>)> {
    let outcome = outcome("site.yaml", &format!("{TWO_NETWORKS}{appliance}"));
    assert_eq!(outcome.text(), "");
    let plan = outcome.plan.expect("a plan");
    let of = |attachment: &wrtpod::plan::Attachment| {
        let key = "net.ipv6.conf.IFNAME.accept_ra_defrtr";
        let found = attachment.sysctls.iter().find(|sysctl| sysctl.key == key);
        (attachment.name.clone(), found.map(|sysctl| sysctl.value.clone()))
    };
    plan.attachments.iter().map(of).collect()
}

#[test]
fn a_routers_advertisement_makes_a_default_route_only_where_the_plan_has_one() {
    let is = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    let openwrt = "
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: box}
spec:
  from: openwrt
  interfaces: [{network: lan, address: 192.168.1.9/24}, {network: iot, address: dhcp}]
";
    assert_eq!(
        default_routes(openwrt),
        [is("lan-openwrt", Some("1")), is("iot-openwrt-no-default", Some("0"))]
    );
    let generic = "
apiVersion: wrtpod.dev/v1alpha1
kind: Appliance
metadata: {name: box}
spec:
  image: docker.io/library/box:1
  interfaces: [{network: lan, address: dhcp, defaultRoute: true}, {network: iot, address: dhcp}]
";
    assert_eq!(default_routes(generic), [is("lan-dhcp-default", Some("1")), is("iot-dhcp", Some("0"))]);
    // Where advertisements are not heard at all, nothing is to be said of their routes.
    let fixed =
        generic.replace("dhcp", "192.168.1.9/24").replacen("192.168.1.9/24}]", "192.168.32.9/24}]", 1);
    assert_eq!(default_routes(&fixed), [is("lan", None), is("iot", None)]);
}
