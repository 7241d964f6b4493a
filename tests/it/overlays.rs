//! What overlays give to an appliance, from the document to the plan.

use wrtpod::plan::{Appliance, VolumeSource};

use crate::support::outcome;

/// The plan of an OpenWrt appliance with these lines in its `spec`.
fn appliance(lines: &str) -> Appliance {
    let text = format!(
        "apiVersion: wrtpod.dev/v1alpha1\nkind: Site\nmetadata: {{name: home}}\nspec:\n  salt: b2f1c4d8\n  \
         networks:\n    lan: {{macvlan: {{parent: enp3s0}}, subnet: 192.168.1.0/24, gateway: 192.168.1.1}}\n---\n\
         apiVersion: wrtpod.dev/v1alpha1\nkind: Appliance\nmetadata: {{name: vpn}}\nspec:\n  profile: openwrt\n  \
         image: registry.example/vpn:1\n  interfaces: [{{network: lan, address: dhcp}}]\n{lines}"
    );
    let outcome = outcome("site.yaml", &text);
    assert_eq!(outcome.text(), "");
    outcome.plan.expect("there is a site").appliances.remove(0)
}

/// A file of the appliance's plan.
fn file<'a>(appliance: &'a Appliance, name: &str) -> &'a str {
    let plan = appliance.config.iter().filter(|map| map.name.ends_with("-plan"));
    let mut files = plan.flat_map(|map| &map.files);
    let found = files.find(|(known, _)| known == name);
    found.map_or("", |(_, text)| text)
}

#[test]
fn an_appliance_gets_what_the_overlays_of_its_image_need() {
    let plain = appliance("");
    let vpn = appliance("  build: openwrt-vpn\n");
    let names: Vec<&str> = vpn.overlays.iter().map(|overlay| overlay.name.as_str()).collect();
    assert_eq!(names, ["luci", "wireguard", "tailscale"]);
    assert!(vpn.overlays.iter().all(|overlay| overlay.in_image));
    let modules: Vec<&str> = vpn
        .overlays
        .iter()
        .flat_map(|overlay| &overlay.host_modules)
        .map(|(module, _)| module.as_str())
        .collect();
    assert_eq!(modules, ["wireguard", "tun"]);
    let devices = |appliance: &Appliance| {
        appliance.volumes.iter().filter(|one| matches!(one.source, VolumeSource::Device(_))).count()
    };
    assert_eq!((devices(&plain), devices(&vpn)), (0, 1));
    assert!(vpn.main.mounts.iter().any(|mount| mount.path.value == "/dev/net/tun"));
    assert!(file(&vpn, "uci.tailscale").contains("option fw_mode 'nftables'"));
    assert!(file(&vpn, "uci.firewall").contains("list device 'tailscale0'"));
    assert!(file(&vpn, "settings").contains("OVERLAYS='luci wireguard tailscale'"));
    assert!(file(&plain, "settings").contains("OVERLAYS=''"));
}

#[test]
fn the_appliances_own_word_on_a_setting_counts() {
    let own = appliance(
        "  build: openwrt-vpn\n  devices: [{path: /dev/net/tun}]\n  uci:\n    tailscale:\n      settings: \
         {fw_mode: iptables, port: 4242}\n",
    );
    let settings = file(&own, "uci.tailscale");
    assert!(
        settings.contains("option fw_mode 'iptables'") && settings.contains("option port '4242'"),
        "{settings}"
    );
    assert!(settings.contains("option state_file"), "{settings}");
    let devices = own.volumes.iter().filter(|one| matches!(one.source, VolumeSource::Device(_)));
    assert_eq!(devices.count(), 1);
}

#[test]
fn an_overlay_of_settings_alone_needs_no_image() {
    let lines = "  overlays: [./tests/it/overlays/settings]\n";
    let bare = appliance(lines);
    let reason = |appliance: &Appliance| {
        let mut grants = appliance.main.grants.iter();
        let grant = grants.find(|grant| grant.capability.value.as_str() == "SYS_NICE");
        grant.map(|grant| grant.reason.clone())
    };
    assert_eq!(reason(&bare).as_deref(), Some("a daemon raises its priority"));
    assert!(file(&bare, "uci.dhcp").contains("option limit '20'"));
    let own = appliance(&format!("{lines}  capabilities: {{SYS_NICE: mine}}\n"));
    assert_eq!(reason(&own).as_deref(), Some("mine"));
}
