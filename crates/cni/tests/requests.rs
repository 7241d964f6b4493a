//! What Multus is asked, and what it answers.

use proptest::prelude::*;
use wrtpod_cni::multus::{self, Element};

fn names(text: &str) -> Vec<String> {
    let read = multus::networks(text).unwrap_or_else(|fault| panic!("{fault}: {text}"));
    read.value
        .iter()
        .map(|element| match element.interface() {
            Some(interface) => format!("{}@{interface}", element.full_name("home")),
            None => element.full_name("home"),
        })
        .collect()
}

/// The texts that a reader of Multus would refuse, and why.
fn faults(text: &str) -> Vec<(&str, String)> {
    match multus::networks(text) {
        Ok(read) => read.faults.into_iter().map(|fault| (&text[fault.span], fault.what)).collect(),
        Err(fault) => vec![(&text[fault.span], fault.what)],
    }
}

#[test]
fn the_short_form_is_read() {
    for (text, want) in [
        ("", &[][..]),
        ("lan", &["home/lan"]),
        ("lan,iot", &["home/lan", "home/iot"]),
        (" lan ,\tother/iot @ net2 \n", &["home/lan", "other/iot@net2"]),
        ("/lan", &["home/lan"]),
        ("other/lan@", &["other/lan"]),
        ("lan@net1.2", &["home/lan@net1.2"]),
        ("lan@a:b", &["home/lan@a:b"]),
        ("null", &["home/null"]),
    ] {
        assert_eq!(names(text), want, "{text}");
        assert_eq!(faults(text), [], "{text}");
    }
}

#[test]
fn what_multus_refuses_in_the_short_form_is_told_and_read_where_it_names_something() {
    let label = "is more than small letters, digits and `-` within; such names are for the form of JSON";
    let interface = "is no name of an interface: at most 15 bytes, without blanks and `/`";
    for (text, place, what, want) in [
        ("lan,", "", "an item without a name".to_owned(), &["home/lan"][..]),
        (" ", "", "an item without a name".to_owned(), &[]),
        ("lan,@net1", "@net1", "an item without a name".to_owned(), &["home/lan"]),
        ("a/b/c", "a/b/c", "more than one `/`".to_owned(), &["a/b/c"]),
        ("lan@a@b", "lan@a@b", "more than one `@`".to_owned(), &["home/lan@a@b"]),
        ("lan.2", "lan.2", format!("`lan.2` {label}"), &["home/lan.2"]),
        ("Lan, iot", "Lan", format!("`Lan` {label}"), &["home/Lan", "home/iot"]),
        ("a_b/lan", "a_b/lan", format!("`a_b` {label}"), &["a_b/lan"]),
        ("-lan", "-lan", format!("`-lan` {label}"), &["home/-lan"]),
        (
            "lan@sixteen-letters0",
            "lan@sixteen-letters0",
            format!("`sixteen-letters0` {interface}"),
            &["home/lan@sixteen-letters0"],
        ),
        ("lan@a b", "lan@a b", format!("`a b` {interface}"), &["home/lan@a b"]),
    ] {
        assert_eq!(faults(text), [(place, what)], "{text}");
        assert_eq!(names(text), want, "{text}");
    }
}

#[test]
fn the_form_of_json_is_read() {
    let text = r#"[{"name": "lan.2", "interface": "net1", "mac": "02-00-00-00-00-0A", "ips": ["10.0.0.1/24", "FD00::1"]},
        {"name": "iot", "namespace": "other", "interfaceRequest": "old", "cni-args": {"a": [1]}, "deviceID": "x",
         "portMappings": [{"hostPort": 80, "containerPort": 8080, "protocol": "TCP", "hostIP": "10.0.0.1"}],
         "bandwidth": {"ingressRate": 1}, "default-route": ["10.0.0.1"], "infiniband-guid": "02:00:00:00:00:00:00:01"},
        {"name": "x", "namespace": "", "interface": "", "mac": "", "ips": null, "own": 1}]"#;
    assert_eq!(faults(text), []);
    assert_eq!(names(text), ["home/lan.2@net1", "other/iot@old", "home/x"]);
    let elements = multus::networks(text).expect("it is read").value;
    assert_eq!(elements[0].mac.as_ref().map(|mac| mac.to_string()).as_deref(), Some("02:00:00:00:00:0a"));
    let ips = elements[0].ips.as_ref().expect("it has addresses");
    assert_eq!((ips[1].to_string().as_str(), ips[1].as_written()), ("fd00::1", "FD00::1"));
    // Each as it was, on a line of its own.
    let lines = multus::write(&elements).expect("there are some");
    assert!(
        lines.starts_with("[\n  {\"name\":\"lan.2\",\"interface\":\"net1\",\"mac\":\"02-00-00-00-00-0A\""),
        "{lines}"
    );
    assert!(lines.ends_with(",\n  {\"name\":\"x\",\"namespace\":\"\",\"interface\":\"\",\"mac\":\"\",\"ips\":null,\"own\":1}\n]"), "{lines}");
    assert_eq!(multus::networks(&lines).expect("it is read").value, elements);
    assert_eq!(multus::write(&[]), None);
}

#[test]
fn what_multus_refuses_in_the_form_of_json_is_told() {
    for (text, place, what) in [
        (r#"{"name": "lan"}"#, r#"{"name": "lan"}"#, "expected a list, found an object"),
        (r#""lan""#, r#""lan""#, "expected a list, found a text"),
        (r#"[{"name": "lan"},]"#, "]", "expected a value"),
        (r#"["lan"]"#, r#""lan""#, "expected an object, found a text"),
        (r"[null]", "null", "expected an object, found `null`"),
        (r#"[{"interface": "a"}]"#, r#"{"interface": "a"}"#, "an element without a `name`"),
        (r#"[{"name": ""}]"#, r#"{"name": ""}"#, "an element without a `name`"),
        (r#"[{"name": 5}]"#, "5", "expected a text, found a number"),
        (r#"[{"name": "lan", "ips": "10.0.0.1/24"}]"#, r#""10.0.0.1/24""#, "expected a list, found a text"),
        (
            r#"[{"name": "lan", "ips": ["10.0.0.1/33"]}]"#,
            r#""10.0.0.1/33""#,
            "`10.0.0.1/33` is not an IP address, with a prefix or without",
        ),
        (r#"[{"name": "lan", "ips": [""]}]"#, r#""""#, "an empty text among others"),
        (
            r#"[{"name": "lan", "mac": "02:00:00:00:00"}]"#,
            r#""02:00:00:00:00""#,
            "`02:00:00:00:00` is not a MAC address",
        ),
        (
            r#"[{"name": "lan", "default-route": ["10.0.0.1/24"]}]"#,
            r#""10.0.0.1/24""#,
            "`10.0.0.1/24` is not an IP address",
        ),
    ] {
        assert_eq!(faults(text), [(place, what.to_owned())], "{text}");
    }
}

/// `net.ParseMAC`.
#[test]
fn macs_are_read_as_go_reads_them() {
    let read = |text: &str| text.parse::<wrtpod_cni::HardwareAddress>().map(|mac| mac.to_string());
    for text in ["02:00:00:00:00:0A", "02-00-00-00-00-0a", "0200.0000.000A"] {
        assert_eq!(read(text).as_deref(), Ok("02:00:00:00:00:0a"), "{text}");
    }
    assert!(read("0200.0000.0000.0001").is_ok_and(|mac| mac == "02:00:00:00:00:00:00:01"));
    assert!(read(&["00"; 20].join(":")).is_ok());
    for text in [
        "",
        "02",
        "02000000000a",
        "02:00:00:00:00:0",
        "02:00:00:00:00:0a:",
        "02:00-00:00:00:0a",
        "02:00:00:00:00:0é",
        "0200:0000:000a",
    ] {
        assert_eq!(read(text), Err(()), "{text}");
    }
}

#[test]
fn the_answer_is_read() {
    let text = r#"[{"name": "cbr0", "interface": "eth0", "ips": ["10.42.0.7"], "default": true, "dns": {}, "gateway": ["<nil>"]},
        {"name": "a/lan", "interface": "lan", "ips": ["192.168.1.32\n192.168.1.33", "FD00:0::1", "<nil>", "10.0.0.1/33"], "mac": "no", "mtu": 1500}]"#;
    let read = multus::status(text).expect("it is an answer");
    assert_eq!(read.faults, []);
    assert_eq!((read.value[0].default, read.value[1].default), (Some(true), None));
    let addresses: Vec<String> = read.value[1].addresses().iter().map(ToString::to_string).collect();
    assert_eq!((addresses.as_slice(), read.value[1].hardware_address()), (&["fd00::1".to_owned()][..], None));
    assert_eq!(multus::status("").expect_err("it is none").what, "expected a value, and the text ends");
    assert_eq!(multus::status("{}").expect_err("it is none").what, "expected a list, found an object");
}

proptest! {
    #[test]
    fn no_text_is_too_much(text in any::<String>()) {
        for read in [multus::networks(&text).map(|read| read.faults), multus::status(&text).map(|read| read.faults)] {
            let faults = read.unwrap_or_else(|fault| vec![fault]);
            prop_assert!(faults.into_iter().all(|fault| text.get(fault.span).is_some()));
        }
    }

    #[test]
    fn what_is_asked_is_read_as_it_was(
        asked in proptest::collection::vec(("[a-z.]{1,9}", proptest::option::of("[a-z]{1,9}"), "[a-z0-9]{1,15}", any::<[u8; 6]>()), 1..5),
    ) {
        let elements: Vec<Element> = asked
            .into_iter()
            .map(|(name, namespace, interface, mac)| Element {
                name: Some(name),
                namespace,
                interface: Some(interface),
                mac: Some(wrtpod_cni::HardwareAddress::from(mac).into()),
                ..Element::default()
            })
            .collect();
        let text = multus::write(&elements).expect("there are some");
        let read = multus::networks(&text).expect("it is read");
        prop_assert_eq!(&read.value, &elements);
        prop_assert_eq!(multus::write(&read.value), Some(text));
    }

    /// An item that is read without a fault is one that Multus reads as the same.
    #[test]
    fn items_of_the_short_form_mean_the_same_in_json(text in "[a-z0-9/@ ,.-]{1,20}") {
        let read = multus::networks(&text).expect("it is the short form");
        if read.faults.is_empty() {
            let json = multus::write(&read.value).expect("it names something");
            prop_assert_eq!(multus::networks(&json).expect("it is read").value, read.value);
        }
    }
}
