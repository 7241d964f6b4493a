//! What only OpenWrt has: persistence, UCI, scripts, credentials.

use serde_json::{Map, Value, json};

use super::volumes::volumes;
use super::{hostname, pairs};
use crate::chart::entry::{Entry, leaf, section};
use crate::chart::overlays::Carried;
use crate::chart::shapes;
use crate::chart::source::Source;
use crate::plan::Half;
use crate::spec::{PackagePolicy, Persistence, UciSettings, UciValue};
use crate::types::TimeZone;

/// The values.
pub(super) fn openwrt(source: &Source<'_>, carried: &Carried) -> Vec<Entry> {
    let spec = source.spec;
    let timezone = spec.timezone.as_ref().and_then(|zone| zone.parse::<TimeZone>().ok());
    let mut entries = vec![
        leaf(
            "reservedAddresses",
            source.reserved(),
            shapes::texts(),
            "With `serve`: addresses, or ranges FIRST-LAST, that the DHCP range leaves alone, beside those of this release\n\
             and the gateways and pools of `networks`.",
        )
        .of_place(Some(json!([]))),
        leaf(
            "pair",
            source.plan.half.map_or("", Half::as_str),
            shapes::one_of(&["", "lower", "upper"]),
            "With `serve`, of a pair of routers: which half of the DHCP range is this one's, lower or upper. Clients are told\n\
             the network's gateway. Empty: it serves alone.",
        )
        .of_place(Some(json!(""))),
        hostname(source, "The host name. Empty: the release's."),
        leaf(
            "timezone",
            timezone.as_ref().map_or("UTC", TimeZone::posix),
            shapes::text(),
            "The time zone as a POSIX string, such as CET-1CEST,M3.5.0,M10.5.0/3.",
        ),
        leaf(
            "zonename",
            timezone.as_ref().and_then(TimeZone::name).unwrap_or_default(),
            shapes::text(),
            "The name of that zone, such as Europe/Berlin, which LuCI shows. Empty: none.",
        ),
        persistence(source, spec.persistence.as_ref().map(|persistence| &persistence.value)),
    ];
    entries.extend(volumes(source));
    entries.extend([
        leaf(
            "uci",
            uci(&spec.uci),
            shapes::uci(),
            "UCI settings over those that are planned and those of overlays: file → list of sections in their order,\n\
             each with `section` (its name, or \"@TYPE[0]\" as for `uci`), `type` (where the section is a new one) and `options`.\n\
             A password or key comes from a Secret: `private_key: {secretKeyRef: {name: vpn, key: private-key}}`.",
        ),
        leaf(
            "clusterForwarding",
            spec.cluster_forwarding.is_some_and(|forwards| forwards.value),
            shapes::switch(),
            "True to let packets pass between eth0, the cluster's network, and the other interfaces while OpenWrt's\n\
             firewall is not up. While it is up, its zones decide.",
        ),
        overlays(
            source,
            carried,
            false,
            "Overlays that the image was not built with, in their order, out of those in files/overlays: the pod applies\n\
             them itself, and installs their packages once it is ready. Persistence mode `system`, unless an overlay has\n\
             settings alone.",
        ),
        leaf(
            "firstBoot",
            pairs(&spec.first_boot),
            shapes::text_map(),
            "Shell scripts that run once, on the first boot, in the order of their names.",
        ),
    ]);
    if source.plan.credentials.is_some() {
        entries.push(section(
            "credentials",
            vec![
                leaf(
                    "existingSecret",
                    spec.secret.as_ref().map(|secret| secret.to_string()).unwrap_or_default(),
                    shapes::object_name_or_empty(),
                    "A Secret with the keys `password-hash` (a crypt(3) string) and, if there are any,\n\
                     `authorized_keys`. Empty: NAME-credentials, which has to be there unless the hash is given below.",
                ),
                leaf(
                    "passwordHash",
                    "",
                    shapes::text(),
                    "The hash of root's password, as `openssl passwd -6` prints it: the chart makes the Secret. It is then part\n\
                     of the release's record in the cluster.",
                ),
                leaf("authorizedKeys", "", shapes::text(), "SSH keys of root, a line each, beside that hash."),
            ],
            "How root logs in.",
        ));
    }
    entries
}

/// Overlays by name: those of the image, or the others.
pub(super) fn overlays(source: &Source<'_>, carried: &Carried, in_image: bool, comment: &str) -> Entry {
    let named = source.plan.overlays.iter().filter(|overlay| overlay.in_image == in_image);
    let names: Vec<Value> = named.map(|overlay| overlay.name.value.clone().into()).collect();
    let known: Vec<&str> = carried.keys().map(String::as_str).collect();
    leaf("overlays", names, json!({"type": "array", "items": shapes::one_of(&known)}), comment)
}

fn persistence(source: &Source<'_>, stated: Option<&Persistence>) -> Entry {
    let main =
        source.plan.claims.iter().find(|claim| *claim.name == format!("{}-data", source.plan.name.value));
    let size = stated.and_then(|persistence| persistence.size.as_ref());
    let existing = stated.and_then(|persistence| persistence.existing_claim.as_ref());
    let packages = stated.and_then(|persistence| persistence.packages.as_ref());
    section(
        "persistence",
        vec![
            leaf(
                "mode",
                source.persistence_mode(),
                shapes::one_of(&["config", "etc", "system", "none"]),
                "What survives a restart: config (/etc/config and what sysupgrade keeps), etc (all of /etc), system\n\
                 (installed packages too) or none.",
            ),
            leaf(
                "size",
                size.map(|size| size.to_string()).unwrap_or_default(),
                shapes::quantity_or_empty(),
                "The size of the claim. Empty: 64Mi, with mode system 512Mi.",
            ),
            leaf(
                "storageClass",
                main.and_then(|claim| claim.storage_class.clone()).unwrap_or_default(),
                shapes::text(),
                "The storage class. Empty: the cluster's default.",
            )
            .of_place(Some("".into())),
            leaf(
                "existingClaim",
                existing.map(|claim| claim.to_string()).unwrap_or_default(),
                shapes::object_name_or_empty(),
                "A claim that is there already, in the place of one of the release's.",
            ),
            leaf(
                "accessMode",
                main.map_or("ReadWriteOnce", |claim| claim.access_mode.as_str()),
                shapes::one_of(&["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"]),
                "Who may mount the claim.",
            ),
            leaf(
                "packages",
                packages.map_or(PackagePolicy::DEFAULT, |packages| packages.value).as_str(),
                shapes::one_of(&["drop", "reinstall", "keep"]),
                "What becomes of packages that were installed at run time when the release of OpenWrt changes.",
            ),
        ],
        "What survives. The claim stays when the release is uninstalled.",
    )
}

/// UCI settings as values have them: file → sections in their order.
pub fn uci(settings: &UciSettings) -> Value {
    let mut files: Map<String, Value> = Map::new();
    for (file, sections) in settings {
        let listed = files.entry(file.value.clone()).or_insert_with(|| json!([]));
        let listed = listed.as_array_mut().expect("every file has a list of sections");
        for (name, options) in &sections.value {
            let mut section = Map::from_iter([("section".to_owned(), name.value.clone().into())]);
            let mut set = Map::new();
            for (option, value) in &options.value {
                let value: Value = match &value.value {
                    UciValue::One(text) => text.clone().into(),
                    UciValue::Many(items) => items.iter().map(|item| item.value.clone()).collect(),
                    UciValue::Secret(from) => json!({"secretKeyRef": {
                        "name": from.name.to_string(), "key": from.key.to_string(),
                    }}),
                };
                if option.value == ".type" {
                    section.insert("type".to_owned(), value);
                } else {
                    set.insert(option.value.clone(), value);
                }
            }
            section.insert("options".to_owned(), set.into());
            listed.push(section.into());
        }
    }
    files.into()
}
