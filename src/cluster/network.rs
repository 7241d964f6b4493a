//! The NICs that a pod has beside those that it should have. Pure: what Multus wrote and what netifd said come
//! in as text.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Pod;
use serde_json::Value;
use wrtpod_cni::Address;
use wrtpod_cni::multus::{self, NETWORK_STATUS, NetworkStatus};

use super::{ConfiguredBy, ExpectedNic, NicReport, Verdict};

/// What Multus says about one NIC.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Nic {
    pub name: String,
    pub interface: String,
    pub mac: Option<String>,
    pub ips: Vec<String>,
}

/// What netifd says about its interfaces: the addresses of those that are up, or why nothing is known.
pub(super) type Guest = BTreeMap<String, Result<Vec<String>, String>>;

/// The NICs of a pod.
pub(super) fn nics(pod: &Pod) -> Vec<Nic> {
    let annotations = pod.metadata.annotations.as_ref();
    let text = annotations.and_then(|all| all.get(NETWORK_STATUS)).map_or("", String::as_str);
    let made = multus::status(text).map(|read| read.value).unwrap_or_default();
    let read = |made: &NetworkStatus| Nic {
        name: made.name.clone().unwrap_or_default(),
        interface: made.interface.clone().unwrap_or_default(),
        mac: made.hardware_address().map(|mac| mac.to_string()),
        ips: made.addresses().iter().map(ToString::to_string).collect(),
    };
    made.iter().filter(|made| made.default != Some(true)).map(read).collect()
}

/// An address as it is usually written, with its prefix where it has one; nothing for any other text.
pub(super) fn address(text: &str) -> Option<String> {
    text.parse::<Address>().ok().map(|address| address.to_string())
}

/// The planned NICs that the pod does not have.
pub(super) fn missing(pod: &Pod, expected: &[ExpectedNic]) -> Vec<String> {
    let nics = nics(pod);
    let absent = expected.iter().filter(|nic| nics.iter().all(|has| has.interface != nic.interface));
    absent.map(|nic| nic.interface.clone()).collect()
}

/// The table of NICs: each planned one, then those that nobody planned.
pub(super) fn compare(pod: &Pod, expected: &[ExpectedNic], guest: &Guest) -> Vec<NicReport> {
    let nics = nics(pod);
    let mut rows: Vec<NicReport> = expected.iter().map(|nic| row(nic, &nics, guest)).collect();
    let unplanned = nics.iter().filter(|has| expected.iter().all(|nic| nic.interface != has.interface));
    rows.extend(unplanned.map(|has| NicReport {
        interface: has.interface.clone(),
        network: has.name.clone(),
        mac: has.mac.clone(),
        addresses: has.ips.clone(),
        verdict: Verdict::Wrong,
        reason: Some("it is not in the plan".to_owned()),
    }));
    rows
}

fn row(nic: &ExpectedNic, nics: &[Nic], guest: &Guest) -> NicReport {
    let mut report = NicReport {
        interface: nic.interface.clone(),
        network: nic.network_name.clone(),
        mac: nic.mac.clone(),
        addresses: Vec::new(),
        verdict: Verdict::Missing,
        reason: Some("the pod does not have it".to_owned()),
    };
    let Some(has) = nics.iter().find(|has| has.interface == nic.interface) else { return report };
    report.mac = has.mac.clone().or(report.mac);
    let addresses = match nic.configured_by {
        ConfiguredBy::Cni => Ok(has.ips.clone()),
        ConfiguredBy::Guest => {
            guest.get(&nic.interface).cloned().unwrap_or_else(|| Err("netifd does not know it".to_owned()))
        }
    };
    let (verdict, reason) = judge(nic, has, addresses.as_ref());
    report.verdict = verdict;
    report.reason = reason;
    report.addresses = with_prefixes(addresses.unwrap_or_default(), &nic.addresses);
    report
}

fn judge(
    nic: &ExpectedNic,
    has: &Nic,
    addresses: Result<&Vec<String>, &String>,
) -> (Verdict, Option<String>) {
    let wrong = |reason: String| (Verdict::Wrong, Some(reason));
    if has.name != nic.network_name {
        return wrong(format!("it is attached to {}, the plan says {}", has.name, nic.network_name));
    }
    match (&nic.mac, &has.mac) {
        (Some(planned), Some(real)) if !planned.eq_ignore_ascii_case(real) => {
            return wrong(format!("the plan says {planned}"));
        }
        (Some(_), None) => return (Verdict::Unknown, Some("Multus did not write its MAC".to_owned())),
        _ => {}
    }
    let addresses = match addresses {
        Ok(addresses) => addresses,
        Err(reason) => return (Verdict::Unknown, Some(reason.clone())),
    };
    let absent: Vec<&str> = nic
        .addresses
        .iter()
        .filter(|planned| addresses.iter().all(|real| !same_address(planned, real)))
        .map(String::as_str)
        .collect();
    if !absent.is_empty() {
        return wrong(format!("it does not have {}", absent.join(", ")));
    }
    if nic.dynamic && addresses.iter().all(|address| is_link_local(address)) {
        return wrong("it got no address".to_owned());
    }
    (Verdict::Ok, None)
}

/// Compares addresses; the prefix too where both sides have one.
fn same_address(one: &str, other: &str) -> bool {
    matches!((one.parse::<Address>(), other.parse()), (Ok(one), Ok(other)) if one.is(&other))
}

fn is_link_local(address: &str) -> bool {
    address.parse::<Address>().is_ok_and(|address| address.is_link_local())
}

/// Multus leaves prefixes out: an address that was planned is shown as it was planned.
fn with_prefixes(addresses: Vec<String>, planned: &[String]) -> Vec<String> {
    let shown = |address: String| match planned.iter().find(|plan| same_address(plan, &address)) {
        Some(plan) => plan.clone(),
        None => address,
    };
    addresses.into_iter().map(shown).collect()
}

/// Reads the answer of `ubus call network.interface.<name> status`.
pub(super) fn guest_addresses(answer: &[u8]) -> Result<Vec<String>, String> {
    let value: Value =
        serde_json::from_slice(answer).map_err(|_| "netifd's answer cannot be read".to_owned())?;
    if value["up"] != true {
        return Ok(Vec::new());
    }
    let mut addresses = Vec::new();
    for list in ["ipv4-address", "ipv6-address", "ipv6-prefix-assignment"] {
        for entry in value[list].as_array().into_iter().flatten() {
            let local = &entry["local-address"];
            let entry = if local.is_object() { local } else { entry };
            if let (Some(address), Some(mask)) = (entry["address"].as_str(), entry["mask"].as_u64()) {
                addresses.extend(self::address(&format!("{address}/{mask}")));
            }
        }
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(status: &Value) -> Pod {
        let pod =
            json!({"metadata": {"name": "openwrt-0", "annotations": {NETWORK_STATUS: status.to_string()}}});
        serde_json::from_value(pod).expect("a pod")
    }

    fn expected(configured_by: ConfiguredBy, addresses: &[&str], dynamic: bool) -> ExpectedNic {
        ExpectedNic {
            interface: "lan".into(),
            network_name: "a/lan".into(),
            existing: false,
            mac: Some("52:54:00:12:34:56".into()),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            dynamic,
            configured_by,
        }
    }

    fn status() -> Value {
        json!([
            {"name": "cbr0", "interface": "eth0", "ips": ["10.42.0.7"], "default": true, "dns": {}, "gateway": ["<nil>"]},
            {"name": "a/lan", "interface": "lan", "ips": ["192.168.1.32"], "mac": "52:54:00:12:34:56", "dns": {}, "gateway": ["<nil>"]}
        ])
    }

    #[test]
    fn what_cni_configured_is_compared() {
        let right = expected(ConfiguredBy::Cni, &["192.168.1.32/24"], false);
        let rows = compare(&pod(&status()), &[right], &Guest::new());
        assert_eq!((rows[0].verdict, rows[0].addresses[0].as_str()), (Verdict::Ok, "192.168.1.32/24"));
        let wrong = expected(ConfiguredBy::Cni, &["192.168.1.33/24"], false);
        let rows = compare(&pod(&status()), &[wrong], &Guest::new());
        assert_eq!(rows[0].reason.as_deref(), Some("it does not have 192.168.1.33/24"));
        let mut mac = expected(ConfiguredBy::Cni, &[], false);
        mac.mac = Some("02:00:00:00:00:01".into());
        assert_eq!(compare(&pod(&status()), &[mac], &Guest::new())[0].verdict, Verdict::Wrong);
    }

    #[test]
    fn what_only_the_guest_knows_is_never_ok_unasked() {
        let nic = expected(ConfiguredBy::Guest, &["192.168.1.1/24"], false);
        let guest = |answer| Guest::from([("lan".to_owned(), answer)]);
        let row = |answer| compare(&pod(&status()), std::slice::from_ref(&nic), &guest(answer)).remove(0);
        assert_eq!(row(Err("forbidden".to_owned())).verdict, Verdict::Unknown);
        assert_eq!(row(Ok(vec!["192.168.1.1/24".to_owned()])).verdict, Verdict::Ok);
        assert_eq!(row(Ok(vec!["192.168.1.1/16".to_owned()])).verdict, Verdict::Wrong);
        assert_eq!(row(Ok(Vec::new())).verdict, Verdict::Wrong);
        let none = expected(ConfiguredBy::Guest, &[], false);
        assert_eq!(compare(&pod(&status()), &[none], &Guest::new())[0].verdict, Verdict::Unknown);
    }

    #[test]
    fn a_lease_has_to_have_come() {
        let nic = expected(ConfiguredBy::Guest, &[], true);
        let guest = |addresses: &[&str]| {
            let addresses = addresses.iter().map(ToString::to_string).collect();
            Guest::from([("lan".to_owned(), Ok(addresses))])
        };
        let row = |addresses: &[&str]| {
            compare(&pod(&status()), std::slice::from_ref(&nic), &guest(addresses)).remove(0)
        };
        assert_eq!(row(&["fe80::1/64"]).reason.as_deref(), Some("it got no address"));
        assert_eq!(row(&["192.168.1.140/24"]).verdict, Verdict::Ok);
    }

    #[test]
    fn missing_and_unplanned_nics_are_told() {
        let mut nic = expected(ConfiguredBy::Cni, &[], false);
        nic.interface = "iot".into();
        let pod = pod(&status());
        assert_eq!(missing(&pod, std::slice::from_ref(&nic)), ["iot"]);
        let verdicts: Vec<Verdict> =
            compare(&pod, &[nic], &Guest::new()).into_iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, [Verdict::Missing, Verdict::Wrong]);
        assert_eq!(missing(&Pod::default(), &[expected(ConfiguredBy::Cni, &[], false)]), ["lan"]);
    }

    #[test]
    fn what_is_no_address_is_not_shown_as_one() {
        let status = json!([{"name": "a/lan", "interface": "lan", "mac": "52:54:00:12:34:56\u{1b}[2J",
            "ips": ["192.168.1.32\n192.168.1.33", "FD00:0::1", "<nil>", "10.0.0.1/33"]}]);
        let nics = nics(&pod(&status));
        assert_eq!(
            (nics[0].mac.as_deref(), nics[0].ips.as_slice()),
            (None, ["fd00::1".to_owned()].as_slice())
        );
        let answer = br#"{"up":true,"ipv4-address":[{"address":"\u001b[2J","mask":24},{"address":"10.0.0.1","mask":99}]}"#;
        assert_eq!(guest_addresses(answer), Ok(Vec::new()));
    }

    #[test]
    fn netifd_is_read() {
        let answer = br#"{"up":true,"ipv4-address":[{"address":"192.168.1.9","mask":24}],"ipv6-address":[],
            "ipv6-prefix-assignment":[{"address":"fd00::","mask":60,"local-address":{"address":"fd00::1","mask":60}}]}"#;
        assert_eq!(guest_addresses(answer).expect("addresses"), ["192.168.1.9/24", "fd00::1/60"]);
        assert_eq!(guest_addresses(br#"{"up":false}"#).expect("none"), Vec::<String>::new());
        assert!(guest_addresses(b"Command failed").is_err());
    }
}
