//! Configurations as others write them, and as they are written again.

use proptest::prelude::*;
use wrtpod_cni::{Configuration, Ipam, Json, Kind, Macvlan, MacvlanMode, Plugin, Span, line_and_column};

fn read(text: &str) -> (Configuration, Vec<(&str, String)>) {
    let read = Configuration::parse(text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
    let told = |span: Span, what| (&text[span], what);
    (read.value, read.faults.into_iter().map(|fault| told(fault.span, fault.what)).collect())
}

/// The JSON on one line.
fn written(text: &str) -> String {
    Json::parse(&read(text).0.write()).expect("what is written is JSON").compact()
}

#[test]
fn each_reference_plugin_has_its_type() {
    let text = r#"{"cniVersion": "1.0.0", "name": "x", "plugins": [
        {"type": "macvlan", "master": "eth0", "mode": "passthru", "mtu": 1400, "bcqueuelen": 5, "linkInContainer": false, "mac": "02:00:00:00:00:01"},
        {"type": "ipvlan", "mode": "l3s"}, {"type": "vlan", "vlanId": 7}, {"type": "bridge", "vlanTrunk": [{"minID": 2, "maxID": 4}, {"id": 9}]},
        {"type": "host-device", "pciBusID": "0000:3d:00.1"}, {"type": "tuning", "sysctl": {"net.core.somaxconn": "5"}, "txQLen": 1},
        {"type": "sbr", "table": 100}, {"type": "bandwidth", "ingressRate": 8000000000000}, {"type": "portmap", "snat": true},
        {"type": "firewall", "ingressPolicy": "same-bridge"}, {"type": "veth", "rp_filter": {"value": 0}}]}"#;
    let (configuration, faults) = read(text);
    assert_eq!(faults, []);
    let plugins = configuration.plugins();
    assert!(!plugins[..10].iter().any(|plugin| matches!(plugin, Plugin::Other(_))));
    assert!(matches!(&plugins[10], Plugin::Other(other) if other.keys.span("rp_filter").is_some()));
    assert!(plugins[..10].iter().all(|plugin| plugin.keys().kept().next().is_none()), "{plugins:#?}");
    let blanks = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(written(text), blanks(text));
}

#[test]
fn each_ipam_has_its_type() {
    for ipam in [
        r#"{"type":"static","addresses":[{"address":"10.1.2.3/8","gateway":"10.0.0.1"}],"routes":[{"dst":"0.0.0.0/0","gw":"10.0.0.1","table":100,"scope":253}],"dns":{"nameservers":[]}}"#,
        r#"{"type":"dhcp","request":[{"skipDefault":true,"option":"subnet-mask"}],"provide":[{"option":"12","value":"a"}],"daemonSocketPath":"/x","priority":5}"#,
        r#"{"type":"host-local","ranges":[[{"subnet":"fd00::/64","rangeStart":"fd00::2","rangeEnd":"fd00::9","gateway":"fd00::1"}]],"dataDir":"/x","resolvConf":"/y"}"#,
        r#"{"type":"host-local","subnet":"10.0.0.0/24","rangeStart":"10.0.0.5"}"#,
        r#"{"type":"whereabouts","ipRanges":[{"range":"10.0.0.5-10.0.0.9/24","exclude":["10.0.0.7/32"]}],"network_name":"n","enable_overlapping_ranges":true}"#,
    ] {
        let text = format!(r#"{{"type":"macvlan","ipam":{ipam}}}"#);
        let (configuration, faults) = read(&text);
        assert_eq!(faults, [], "{ipam}");
        assert!(!matches!(configuration.plugins()[0].ipam(), Some(Ipam::Other(_)) | None), "{ipam}");
        assert_eq!(written(&text), text);
    }
    // What has no type is nobody.
    assert_eq!(read(r#"{"type":"macvlan","ipam":{}}"#).0.plugins()[0].ipam(), None);
    assert_eq!(
        read(r#"{"type":"macvlan","ipam":{"type":"own"}}"#).0.plugins()[0].ipam().map(Ipam::kind),
        Some("own")
    );
}

/// Multus: `plugins` beside a `type` is not looked at.
#[test]
fn what_has_a_type_is_one_plugin() {
    assert!(matches!(
        read(r#"{"type": "vlan", "plugins": [{"type": "bridge"}]}"#).0,
        Configuration::Single(_)
    ));
    let (list, faults) = read(r#"{"type": "", "plugins": [{"type": "bridge"}]}"#);
    assert_eq!((list.plugins()[0].kind(), faults.len()), ("bridge", 0));
    assert_eq!(read("{}").0.plugins(), []);
}

#[test]
fn what_is_of_another_type_is_told_with_its_place_and_kept() {
    let text = "{\"type\": \"macvlan\",\n \"mtu\": \"1500\", \"mode\": \"Bridge\",\n \"ipam\": {\"type\": \"static\", \"addresses\": [{\"address\": \"10.0.0.1\"}]},\n \
                \"capabilities\": {\"mac\": 1}, \"master\": null, \"mac\": \"\"}";
    let (configuration, faults) = read(text);
    let want = [
        ("\"1500\"", "expected a number, found a text"),
        ("\"Bridge\"", "`Bridge` is not a mode of macvlan: `bridge`, `private`, `vepa` or `passthru`"),
        ("\"10.0.0.1\"", "`10.0.0.1` is not an IP address with the length of its prefix"),
        ("1", "expected `true` or `false`, found a number"),
    ];
    assert_eq!(faults, want.map(|(place, what)| (place, what.to_owned())));
    let fault = &Configuration::parse(text).expect("it is JSON").faults[2];
    assert_eq!(line_and_column(text, fault.span.start), (3, 55));
    // Kept, and where it was.
    let keys = configuration.plugins()[0].keys();
    let kept: Vec<&str> = keys.kept().map(|(key, _)| key).collect();
    assert_eq!(kept, ["mtu", "mode", "master", "mac"]);
    assert_eq!(keys.span("mtu").map(|span| &text[span]), Some("\"1500\""));
    let blanks = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(written(text), blanks(text));
}

#[test]
fn numbers_are_whole_as_for_go() {
    for number in ["1.0", "1e3", "-1", "4294967296"] {
        let text = format!(r#"{{"type": "vlan", "mtu": {number}}}"#);
        let (configuration, faults) = read(&text);
        assert_eq!(faults[0].0, number);
        assert!(matches!(&configuration.plugins()[0], Plugin::Vlan(vlan) if vlan.mtu.is_none()));
        assert!(written(&text).contains(number));
    }
}

/// Go: the case of a key's letters does not matter, and of several the last one counts; of a map's keys it does.
#[test]
fn keys_are_found_as_gos_reader_finds_them() {
    let (configuration, faults) =
        read(r#"{"Type": "macvlan", "MASTER": "eth0", "master": "eth1", "Capabilities": {"Mac": true}}"#);
    let Plugin::Macvlan(link) = &configuration.plugins()[0] else { panic!("it is a macvlan") };
    assert_eq!((link.master.as_deref(), faults.len()), (Some("eth1"), 0));
    assert_eq!(link.capabilities.as_ref().and_then(|all| all.mac), None);
    assert_eq!(
        Json::parse(&configuration.write()).expect("it is JSON").compact(),
        r#"{"type":"macvlan","master":"eth1","capabilities":{"Mac":true}}"#
    );
    assert_eq!(read(r#"{"Plugins": [{"type": "vlan"}]}"#).0.plugins(), [], "libcni reads a map there");
}

#[test]
fn what_was_made_is_written_in_the_order_of_its_table() {
    let link = Macvlan {
        mode: Some(MacvlanMode::Vepa),
        master: Some("eth0".to_owned()),
        name: Some("lan".to_owned()),
        version: Some("1.0.0".to_owned()),
        ..Macvlan::default()
    };
    let single = Configuration::Single(Box::new(Plugin::Macvlan(link)));
    assert_eq!(
        single.write(),
        "{\n  \"cniVersion\": \"1.0.0\",\n  \"name\": \"lan\",\n  \"type\": \"macvlan\",\n  \"master\": \"eth0\",\n  \"mode\": \"vepa\"\n}"
    );
    assert_eq!(read(&single.write()), (single, Vec::new()));
}

#[test]
fn what_is_no_object_is_refused() {
    for (text, what) in [
        ("[]", "expected an object, found a list"),
        ("null", "expected an object, found `null`"),
        ("{", "expected a key in `\"`, and the text ends"),
        ("", "expected a value, and the text ends"),
    ] {
        assert_eq!(Configuration::parse(text).expect_err(text).what, what);
    }
    let (list, faults) = read(r#"{"name": "a", "plugins": [{"type": "vlan"}, 5]}"#);
    assert_eq!(faults, [("5", "expected an object, found a number".to_owned())]);
    // Libcni takes none of them, then.
    assert_eq!(list.plugins(), []);
    assert!(list.write().contains('5'));
}

#[test]
fn very_many_keys_take_no_longer_than_they_are_many() {
    let many: Vec<String> = (0..200_000).map(|number| format!("\"k{number}\":0")).collect();
    let text = format!("{{\"type\":\"vlan\",{}}}", many.join(","));
    assert_eq!(written(&text).len(), text.len());
}

/// Objects with keys that are known, in any order, with values of any type.
fn object() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("1".to_owned()),
        Just("true".to_owned()),
        Just("null".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        "[a-z0-9./:-]{0,9}".prop_map(|text| format!("\"{text}\"")),
        Just(r#""macvlan""#.to_owned()),
        Just(r#""tuning""#.to_owned()),
        Just(r#""static""#.to_owned()),
    ];
    let key = "(type|Type|name|plugins|ipam|mode|mtu|master|sysctl|capabilities|mac|ips|addresses|routes|x)";
    value.prop_recursive(4, 40, 6, move |inner| {
        let object = proptest::collection::vec((key, inner.clone()), 0..7).prop_map(|entries| {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
            format!("{{{}}}", entries.join(","))
        });
        let list = proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(",")));
        prop_oneof![3 => object, 1 => list]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_as_it_was(text in object()) {
        if let Ok(read) = Configuration::parse(&text) {
            for fault in &read.faults {
                prop_assert!(text.get(fault.span.clone()).is_some());
            }
            let written = read.value.write();
            let again = Configuration::parse(&written).expect("what is written is read");
            prop_assert_eq!(&again.value, &read.value);
            prop_assert_eq!(again.value.write(), written);
        }
    }

    /// Whose keys stand once and in one case of letters: everything that wrtpod renders.
    #[test]
    fn what_is_plain_is_written_as_it_was(text in object()) {
        let json = Json::parse(&text).expect("it is JSON");
        prop_assume!(!text.contains("Type") && matches!(json.kind, Kind::Object(_)));
        let read = Configuration::parse(&text).expect("it is an object");
        prop_assert_eq!(read.value.write(), json.indented());
    }
}
