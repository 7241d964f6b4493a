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

/// `@TYPE[0]` is the first section of the type, as for `uci`, and not one more: a second `dnsmasq` would be a second server.
#[test]
fn the_first_section_of_a_type_is_the_planned_one_whatever_it_is_called() {
    let plain = appliance("");
    let own = appliance(
        "  uci:\n    dhcp: {'@dnsmasq[0]': {cachesize: 1000}}\n    system: {'@system[0]': {log_size: 128}}\n    \
         firewall: {'@rule[0]': {log: 1}, '@include[0]': {path: /etc/own}}\n    dropbear: {'@dropbear[0]': {Port: 2222}}\n",
    );
    let sections = |appliance: &Appliance, name: &str| file(appliance, name).matches("\nconfig ").count();
    for (name, more) in [("uci.dhcp", 0), ("uci.system", 0), ("uci.firewall", 1), ("uci.dropbear", 1)] {
        assert_eq!(sections(&own, name), sections(&plain, name) + more, "{name}: {}", file(&own, name));
    }
    let dnsmasq = file(&own, "uci.dhcp").split("\nconfig ").find(|one| one.starts_with("dnsmasq 'dnsmasq'"));
    assert!(dnsmasq.is_some_and(|section| section.contains("option cachesize '1000'")));
    // Which section that is in a file of the image's, the pod finds out.
    assert_eq!(file(&own, "uci.dropbear"), "\nconfig dropbear\n\toption Port '2222'\n");
    let last =
        appliance("  uci:\n    dropbear: {'@dropbear[-1]': {Port: 2222}, '@dropbear[0]': {Port: 22}}\n");
    assert_eq!(
        file(&last, "uci.dropbear"),
        "\nconfig dropbear\n\tplace '-1'\n\toption Port '2222'\n\nconfig dropbear\n\toption Port '22'\n"
    );
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

/// The files of the ConfigMap of overlays that the pod applies itself.
fn boot_files(appliance: &Appliance) -> String {
    let config = appliance.config.iter().find(|map| map.name == "vpn-overlays").expect("there is one");
    let text = config
        .files
        .iter()
        .map(|(name, text)| format!("-- {name} --\n{}\n", text.trim_end().replace('\t', " ")));
    let binary = config.binary.iter().map(|(name, bytes)| format!("-- {name} --\n{bytes:?}\n"));
    text.chain(binary).collect()
}

#[test]
fn in_mode_system_the_pod_applies_an_overlay_itself() {
    let boot =
        "  persistence: {mode: system}\n  overlays: [./tests/it/overlays/boot, ./tests/it/overlays/plain]\n";
    let vpn = appliance(boot);
    // Of a package and a script that both name, the later overlay's are taken.
    insta::assert_snapshot!(boot_files(&vpn), @r#"
    -- file.0 --
    text of {{ many }} "quotes"
    -- file.1 --
    #!/bin/sh
    echo boot
    -- index --
    overlay boot
    package boot tcpdump
    package boot -ppp
    uci boot boot
    service boot cron
    script boot 50-boot
    file boot 0644 file.0 etc/boot.conf
    file boot 0755 file.1 usr/bin/boot
    link boot link.2 usr/bin/boot-link
    file boot 0644 file.3 usr/share/boot.bin
    overlay plain
    package plain sqm-scripts
    script plain 60-sqm
    -- link.2 --
    ../share/boot.bin
    -- script.50-boot --
    touch /etc/booted
    -- script.60-sqm --
    exit 0
    -- file.3 --
    [98, 105, 110, 0, 97, 114, 121, 10]
    "#);
    let mounts = |path: &str| {
        let containers = vpn.init.iter().chain([&vpn.main]);
        containers.filter(|one| one.mounts.iter().any(|mount| mount.path.value == path)).count()
    };
    assert_eq!(mounts("/wrtpod/overlays"), 2);
    assert!(file(&vpn, "uci.boot").contains("option port '1'"));
    // The appliance's own script of a name is the one that runs.
    let own = appliance(&format!("{boot}  firstBoot: {{50-boot: exit 0}}\n"));
    assert!(!boot_files(&own).contains("script boot 50-boot"), "{}", boot_files(&own));
    assert!(file(&own, "first-boot.50-boot").contains("exit 0"));
}

/// As a chart has them, whose values have no order of files.
#[test]
fn files_of_settings_stand_in_the_order_of_their_names() {
    let index = boot_files(&appliance("  persistence: {mode: system}\n  overlays: [tailscale]\n"));
    assert!(index.contains("uci tailscale firewall\nuci tailscale tailscale\n"), "{index}");
}

#[test]
fn what_the_image_has_is_not_applied_again() {
    let lines = "  build: openwrt-vpn\n  persistence: {mode: system}\n";
    let built = appliance(&format!("{lines}  overlays: [wireguard]\n"));
    assert!(built.overlays.iter().all(|overlay| overlay.boot.is_none()));
    assert!(!built.config.iter().any(|map| map.name == "vpn-overlays"));
    let both = appliance(&format!("{lines}  overlays: [wireguard, adblock]\n"));
    let at_boot: Vec<&str> = both
        .overlays
        .iter()
        .filter(|overlay| overlay.boot.is_some())
        .map(|overlay| overlay.name.as_str())
        .collect();
    assert_eq!(at_boot, ["adblock"]);
}
