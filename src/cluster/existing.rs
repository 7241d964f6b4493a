//! Attachments that somebody else made and networks of the site name: whether they are there, and give the NICs what these ask for.
//!
//! What is judged is what plugins do with a request (containernetworking/plugins 1.9.1, Multus 4.3): a MAC and addresses reach every
//! plugin as `CNI_ARGS`, and as `runtimeConfig` those whose own `capabilities` say so. Of plugins that are not known here nothing
//! is said.

use serde_json::Value;
use wrtpod_cni::{Configuration, Ipam, MacvlanMode, Plugin, line_and_column};

use super::kinds::{Kind, NAD};
use super::session::{Session, try_all};
use super::{ConfiguredBy, Error, ExpectedNic, Obstacle, Release, request};
use crate::diag::Code;

/// What is wrong with an attachment that somebody else made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExistingFault {
    /// It is not there.
    Missing,
    /// It does not give a NIC what that asks for.
    Unfit {
        /// What is so, a sentence about `it`.
        what: String,
        /// What to do.
        fix: String,
    },
}

impl ExistingFault {
    /// The stable code.
    pub(super) fn code(&self) -> Code {
        match self {
            Self::Missing => Code::AttachmentMissing,
            Self::Unfit { .. } => Code::AttachmentUnfit,
        }
    }

    /// What is so.
    pub(super) fn claim(&self, name: &str) -> String {
        match self {
            Self::Missing => {
                format!("the NetworkAttachmentDefinition {name} that the network names does not exist")
            }
            Self::Unfit { what, .. } => format!("{name} {what}"),
        }
    }

    /// What to do about it.
    pub(super) fn fix(&self) -> String {
        match self {
            Self::Missing => "make it, or correct `existing` of the network".to_owned(),
            Self::Unfit { fix, .. } => fix.clone(),
        }
    }
}

/// Refuses a release whose pod would wait for an attachment for ever, or would not get from it what was planned. Who may not see
/// attachments deploys without knowing.
pub(super) async fn check(session: &Session<'_>, release: &Release) -> Result<(), Error> {
    let existing = release.existing();
    try_all(existing.iter().map(|(name, nics)| async move {
        let live = match find(session, name).await {
            Err(Error::Refused { status: 403, .. }) => return Ok(()),
            live => live?,
        };
        judge(name, live.as_ref(), nics).into_iter().next().map_or(Ok(()), |obstacle| Err(obstacle.into()))
    }))
    .await?;
    Ok(())
}

/// The attachment of this `<namespace>/<name>`.
pub(super) async fn find(session: &Session<'_>, name: &str) -> Result<Option<Value>, Error> {
    let (namespace, own) = split(name);
    session.find(&format!("read the attachment {name}"), request::get(Kind::named(NAD), namespace, own)).await
}

fn split(name: &str) -> (&str, &str) {
    name.split_once('/').expect("an attachment is named with its namespace")
}

/// What is wrong with an attachment, for these NICs.
pub(super) fn judge(name: &str, live: Option<&Value>, nics: &[&ExpectedNic]) -> Vec<Obstacle> {
    let (namespace, own) = split(name);
    let obstacle =
        |fault| Obstacle::Existing { namespace: namespace.to_owned(), name: own.to_owned(), fault };
    let Some(live) = live else { return vec![obstacle(ExistingFault::Missing)] };
    let config = live["spec"]["config"].as_str().unwrap_or_default();
    if config.trim().is_empty() {
        // The configuration is a file on each node.
        return Vec::new();
    }
    let configuration = match Configuration::parse(config) {
        Ok(read) => read.value,
        Err(fault) => {
            let what = "has a configuration that is no JSON".to_owned();
            let (line, column) = line_and_column(config, fault.span.start);
            let fix = format!("have its `spec.config` mended at line {line}, column {column}: {fault}");
            return vec![obstacle(ExistingFault::Unfit { what, fix })];
        }
    };
    let plugins = configuration.plugins();
    let faults = nics.iter().flat_map(|nic| [mac(nic, plugins), addresses(nic, plugins)]);
    faults.flatten().map(|(what, fix)| obstacle(ExistingFault::Unfit { what, fix })).collect()
}

/// What is so, and what to do.
type Fault = Option<(String, String)>;

/// Whether a plugin sets no MAC, whatever is asked: one that makes a NIC, or that comes behind one.
fn sets_no_mac(plugin: &Plugin) -> bool {
    match plugin {
        Plugin::Macvlan(link) => link.mode == Some(MacvlanMode::Passthru),
        Plugin::Bridge(_) | Plugin::Tuning(_) => false,
        Plugin::Other(_) => matches!(plugin.kind(), "ptp" | "dummy" | "vrf"),
        Plugin::Vlan(_)
        | Plugin::Ipvlan(_)
        | Plugin::HostDevice(_)
        | Plugin::Sbr(_)
        | Plugin::Portmap(_)
        | Plugin::Bandwidth(_)
        | Plugin::Firewall(_) => true,
    }
}

/// A plugin has to set the MAC: macvlan, bridge, tap and tuning read it from `CNI_ARGS` too, and so may one that is not known here.
fn mac(nic: &ExpectedNic, plugins: &[Plugin]) -> Fault {
    let wanted = nic.mac.as_ref()?;
    if !plugins.iter().all(sets_no_mac) {
        return None;
    }
    let made_by = plugins.first().map_or("no plugin", Plugin::kind);
    Some((
        format!("gives `{}` another MAC than {wanted}: {made_by} sets none", nic.interface),
        "add {\"type\": \"tuning\", \"capabilities\": {\"mac\": true}} to the end of its `plugins`, or use one of macvlan".to_owned(),
    ))
}

/// Who gives the addresses has to give those that are planned.
fn addresses(nic: &ExpectedNic, plugins: &[Plugin]) -> Fault {
    let source = plugins.iter().find_map(|plugin| Some((plugin, plugin.ipam()?)));
    let ipam = source.map(|(_, ipam)| ipam.kind());
    let name = &nic.interface;
    let by_itself = "have the NAD's `ipam` removed, or use one without";
    match (nic.configured_by, ipam) {
        (ConfiguredBy::Guest, Some(ipam)) => Some((
            format!("gives `{name}` an address by {ipam}, and OpenWrt configures it itself"),
            by_itself.to_owned(),
        )),
        (ConfiguredBy::Cni, Some(ipam)) if nic.addresses.is_empty() && !nic.dynamic => {
            Some((format!("gives `{name}` an address by {ipam}, and it is to have none"), by_itself.to_owned()))
        }
        (ConfiguredBy::Cni, None) if nic.dynamic => Some((
            format!("has no `ipam`, and `{name}` is to get an address from it"),
            "have one added, as {\"type\": \"dhcp\"}; or write a fixed `address`, where its `ipam` is `static`".to_owned(),
        )),
        (ConfiguredBy::Cni, _) if !nic.addresses.is_empty() => fixed(nic, source),
        _ => None,
    }
}

/// Fixed addresses are those of `static`; with the capability they take the place of its own, without it they come beside them.
fn fixed(nic: &ExpectedNic, source: Option<(&Plugin, &Ipam)>) -> Fault {
    let (name, wanted) = (&nic.interface, nic.addresses.join(" and "));
    let fix = "have it say \"ipam\": {\"type\": \"static\"} and \"capabilities\": {\"ips\": true} on one plugin; or write \
               `address: dhcp` or `pool`, for what its `ipam` gives"
        .to_owned();
    let Some((plugin, ipam)) = source else {
        return Some((format!("gives `{name}` no {wanted}: it has no `ipam`"), fix));
    };
    let adds = match ipam {
        Ipam::Dhcp(_) | Ipam::Whereabouts(_) => {
            return Some((format!("gives `{name}` another address than {wanted}, by {}", ipam.kind()), fix));
        }
        Ipam::Static(own) => {
            let has_own = own.addresses.as_ref().is_some_and(|own| !own.is_empty());
            let takes_ips = plugin.capabilities().is_some_and(|takes| takes.ips == Some(true));
            (has_own || own.keys.is_mistyped("addresses")) && !takes_ips
        }
        Ipam::HostLocal(_) | Ipam::Other(_) => false,
    };
    adds.then(|| (format!("gives `{name}` addresses of its own beside {wanted}"), fix))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn nic(addresses: &[&str], dynamic: bool, configured_by: ConfiguredBy) -> ExpectedNic {
        ExpectedNic {
            interface: "lan".to_owned(),
            network_name: "net/lan".to_owned(),
            existing: true,
            mac: Some("02:00:00:00:00:01".to_owned()),
            addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
            dynamic,
            configured_by,
        }
    }

    fn claims(nic: &ExpectedNic, config: &str) -> Vec<String> {
        let live = json!({"spec": {"config": config}});
        judge("net/lan", Some(&live), &[nic]).iter().map(Obstacle::claim).collect()
    }

    #[test]
    fn it_has_to_be_there_and_readable() {
        let none = nic(&[], false, ConfiguredBy::Cni);
        assert_eq!(judge("net/lan", None, &[&none])[0].code(), Code::AttachmentMissing);
        assert_eq!(claims(&none, "{"), ["net/lan has a configuration that is no JSON"]);
        let broken = json!({"spec": {"config": "{\n  \"type\": \"vlan\",\n}"}});
        assert_eq!(
            judge("net/lan", Some(&broken), &[&none])[0].fix(),
            "have its `spec.config` mended at line 3, column 1: expected a key in `\"`"
        );
        // It is a file of the node.
        assert_eq!(claims(&none, ""), Vec::<String>::new());
    }

    #[test]
    fn a_plugin_sets_the_mac() {
        let none = nic(&[], false, ConfiguredBy::Cni);
        let tuning = json!({"type": "tuning"});
        for config in [
            json!({"type": "macvlan"}),
            json!({"plugins": [{"type": "macvlan", "capabilities": {"mac": true}}]}),
            json!({"plugins": [{"type": "bridge"}]}),
            json!({"plugins": [{"type": "host-device"}, tuning]}),
            json!({"plugins": [{"type": "macvlan", "mode": "passthru"}, tuning]}),
            json!({"plugins": [{"type": "ovs"}]}),
        ] {
            assert_eq!(claims(&none, &config.to_string()), Vec::<String>::new(), "{config}");
        }
        for (config, by) in [
            (json!({"type": "host-device"}), "host-device"),
            (json!({"plugins": [{"type": "vlan", "capabilities": {"mac": true}}]}), "vlan"),
            (json!({"type": "macvlan", "mode": "passthru"}), "macvlan"),
            (json!({"plugins": [{"type": "ipvlan"}, {"type": "sbr"}]}), "ipvlan"),
        ] {
            let want = format!("net/lan gives `lan` another MAC than 02:00:00:00:00:01: {by} sets none");
            assert_eq!(claims(&none, &config.to_string()), [want], "{config}");
        }
        let parents = ExpectedNic { mac: None, ..none };
        assert_eq!(claims(&parents, r#"{"type": "ipvlan"}"#), Vec::<String>::new());
    }

    #[test]
    fn its_ipam_gives_what_is_planned_and_nothing_else() {
        let macvlan = |ipam: &Value, ips: bool| {
            json!({"plugins": [{"type": "macvlan", "ipam": ipam, "capabilities": {"ips": ips}}]}).to_string()
        };
        let fixed = nic(&["10.0.0.2/24"], false, ConfiguredBy::Cni);
        let (leased, none) = (nic(&[], true, ConfiguredBy::Cni), nic(&[], false, ConfiguredBy::Cni));
        let guest = nic(&["10.0.0.2/24"], false, ConfiguredBy::Guest);
        let own = json!({"type": "static", "addresses": [{"address": "10.0.0.9/24"}]});
        let (empty, dhcp) = (json!({"type": "static"}), json!({"type": "dhcp"}));
        let local = json!({"type": "host-local"});
        let nobody = json!({});
        for (nic, ipam, ips, fits) in [
            (&fixed, &empty, true, true),
            (&fixed, &empty, false, true),
            (&fixed, &own, true, true),
            (&fixed, &own, false, false),
            (&fixed, &dhcp, true, false),
            (&fixed, &local, true, true),
            (&fixed, &nobody, false, false),
            (&leased, &dhcp, false, true),
            (&leased, &local, false, true),
            (&leased, &nobody, false, false),
            (&none, &nobody, false, true),
            (&none, &dhcp, false, false),
            (&guest, &nobody, false, true),
            (&guest, &empty, true, false),
        ] {
            let found = claims(nic, &macvlan(ipam, ips));
            assert_eq!(found.is_empty(), fits, "{nic:?} {ipam} {found:?}");
        }
    }
}
