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
    default_routes_of(&format!("{TWO_NETWORKS}{appliance}"))
}

fn default_routes_of(documents: &str) -> Vec<(String, Option<String>)> {
    let outcome = outcome("site.yaml", documents);
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

/// A site that has a NIC listen, for the routes to Thread that a border router advertises, does not ask for a default.
#[test]
fn a_site_that_listens_to_routers_gets_no_default_route_of_theirs_beside() {
    let is = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
    let with = |sysctls: &str, interfaces: &str| {
        let site =
            TWO_NETWORKS.replace("192.168.32.0/24}", &format!("192.168.32.0/24, sysctls: {{{sysctls}}}}}"));
        let appliance = "apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {name: box}\n";
        let spec = format!("spec: {{image: \"docker.io/library/box:1\", interfaces: [{interfaces}]}}\n");
        default_routes_of(&format!("{site}{appliance}{spec}"))
    };
    let listens = "net.ipv6.conf.IFNAME.accept_ra: 2";
    let iot = "{network: iot, address: 192.168.32.9/24, gateway: 192.168.32.1";
    assert_eq!(with(listens, &format!("{iot}}}")), [is("iot", Some("0"))]);
    assert_eq!(with("net.ipv6.conf.iot.accept_ra: 1", &format!("{iot}}}")), [is("iot", Some("0"))]);
    // Another name: another appliance may use the network without the default route.
    assert_eq!(with(listens, &format!("{iot}, defaultRoute: true}}")), [is("iot-default", Some("1"))]);
    // Who says so itself is obeyed.
    let own = format!("{listens}, net.ipv6.conf.IFNAME.accept_ra_defrtr: 1");
    assert_eq!(with(&own, &format!("{iot}}}")), [is("iot", Some("1"))]);
    // `all` and `default` are nothing to an interface that is there.
    assert_eq!(with("net.ipv6.conf.all.accept_ra: 2", &format!("{iot}}}")), [is("iot", None)]);
}
