//! The user's own UCI settings, laid over the planned files and written for the others.

use crate::diag::{Code, Diagnostics, Finding, Loc, Span};
use crate::plan::{Addressing, Nic, secrets};
use crate::secret;
use crate::spec::{Entries, UciValue};
use crate::types::Invalid;
use crate::uci::{Config, Place, Section, check_lasting_type};

/// Options of a section.
type Options = Entries<String, UciValue>;

/// The key of a section that gives its type.
const TYPE: &str = ".type";

/// Lays `user` over the planned files; a file that is not planned is added. What UCI refuses is reported.
pub fn lay_over(
    planned: &mut Vec<(String, Config)>,
    user: &Entries<String, Entries<String, Options>>,
    nics: &[Nic],
    diags: &mut Diagnostics,
) {
    // Whole files, by how many sections they have; what the others have beside the user's sections only the image knows.
    let whole: Vec<usize> = planned.iter().map(|(_, config)| config.sections().len()).collect();
    for (name, sections) in user {
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) || name.is_empty() {
            let fix = "use letters, digits, `_` and `-`, as in /etc/config";
            report(&Invalid::new(format!("`{}` is no UCI file", name.value), fix), name.span, diags);
            continue;
        }
        let at = if let Some(at) = planned.iter().position(|(planned, _)| *planned == name.value) {
            at
        } else {
            planned.push((name.value.clone(), Config::new()));
            planned.len() - 1
        };
        for (key, options) in &sections.value {
            if name.value == "network" {
                note_pppoe(key, &options.value, nics, diags);
            }
            if name.value == "network" && reject_reserved(key, &options.value, nics, diags) {
                continue;
            }
            if key.starts_with('@') {
                lay_at_place(&mut planned[at].1, key, &options.value, whole.get(at).copied(), diags);
                continue;
            }
            let Some(section) = section(&planned[at].1, key, &options.value, diags) else { continue };
            if let Err(invalid) = planned[at].1.push(section) {
                report(&invalid, key.span, diags);
            }
        }
    }
}

/// Lays the options of `@TYPE[N]` over the section that it is: of a whole file, which had so many sections before the user's, one of
/// those.
fn lay_at_place(
    config: &mut Config,
    key: &Loc<String>,
    options: &Options,
    planned: Option<usize>,
    diags: &mut Diagnostics,
) {
    let place = match Place::read(key) {
        Ok(place) => place,
        Err(invalid) => {
            report(&invalid, key.span, diags);
            if let Ok(any) = Section::anonymous("any") {
                set_options(any, options, diags);
            }
            return;
        }
    };
    if let Some((_, value)) = options.iter().find(|(option, _)| option.value == TYPE) {
        let stated = match &value.value {
            UciValue::One(text) => Some(text.as_str()),
            UciValue::Many(_) | UciValue::Secret(_) => None,
        };
        if let Err(invalid) = place.check_type(stated) {
            report(&invalid, value.span, diags);
        }
    }
    let Ok(made) = Section::anonymous(&place.kind) else { return };
    let made = set_options(made, options, diags);
    if let Err(invalid) = config.lay(&place, made, planned) {
        diags.push(Finding::error(Code::UciSectionMissing, invalid.problem).at(key.span).help(invalid.fix));
    }
}

/// eth0 is the cluster's: the start script writes its interface anew at each start. And a NIC's MAC is the
/// annotation's, or `mac` would not be what is on the wire.
fn reject_reserved(key: &Loc<String>, options: &Options, nics: &[Nic], diags: &mut Diagnostics) -> bool {
    let (what, span, help) = if key.value == "cluster" || key.value.starts_with("cluster_") {
        let what = format!("the section `{}` is written by wrtpod at each start", key.value);
        (what, key.span, "remove it: eth0 stays as the cluster made it")
    } else if nics.iter().any(|nic| nic.interface.value == key.value)
        && let Some((option, _)) = options.iter().find(|(option, _)| option.value == "macaddr")
    {
        let what = format!("`macaddr` of `{}` would change the MAC inside the appliance alone", key.value);
        (what, option.span, "write it as `mac` of the interface")
    } else {
        return false;
    };
    diags.push(Finding::error(Code::UciReserved, what).at(span).help(help));
    true
}

/// What else PPPoE takes is planned where the document says it.
fn note_pppoe(key: &Loc<String>, options: &Options, nics: &[Nic], diags: &mut Diagnostics) {
    let says = |(option, value): &&(Loc<String>, Loc<UciValue>)| {
        option.value == "proto" && matches!(&value.value, UciValue::One(text) if text == "pppoe")
    };
    let Some((_, value)) = options.iter().find(says) else { return };
    // A NIC without an address that is to lead out is refused, and told the same.
    let other = |nic: &&Nic| {
        nic.interface.value == key.value && !matches!(nic.addressing, Addressing::Pppoe(_) | Addressing::None)
    };
    let Some(nic) = nics.iter().find(other) else { return };
    diags.push(
        Finding::warning(
            Code::PppoeByUci,
            format!("`{}` dials by PPPoE, and the interface says nothing of it", key.value),
        )
        .at(value.span)
        .also(nic.network.span, "the interface")
        .help("write `address: pppoe` at the interface, and remove `proto` here"),
    );
}

/// The section of a name, as the user wrote it.
fn section(
    planned: &Config,
    key: &Loc<String>,
    options: &Options,
    diags: &mut Diagnostics,
) -> Option<Section> {
    let stated = options.iter().find(|(option, _)| option.value == TYPE).map(|(_, value)| value);
    let kind = stated.and_then(|value| match &value.value {
        UciValue::One(text) => Some(text.as_str()),
        UciValue::Many(_) | UciValue::Secret(_) => None,
    });
    let Some(known) = kind.or_else(|| planned.get(key).map(Section::kind)) else {
        diags.push(
            Finding::error(Code::UciSectionType, format!("section `{}` has no type", key.value))
                .at(key.span)
                .label("not one of wrtpod's own")
                .help("add its type, for example `.type: interface`"),
        );
        set_options(Section::anonymous("any").ok()?, options, diags);
        return None;
    };
    let made = Section::named(known, key);
    let lasting = |kind: &str| check_lasting_type(kind).and_then(|()| Section::anonymous(kind));
    let section = match made.and_then(|section| check_lasting_type(section.kind()).map(|()| section)) {
        Ok(section) => section,
        Err(invalid) => {
            let kind_is_bad = kind.is_some_and(|kind| lasting(kind).is_err());
            let stated = stated.filter(|_| kind_is_bad).and_then(|value| value.span);
            report(&invalid, stated.or(key.span), diags);
            set_options(Section::anonymous("any").ok()?, options, diags);
            return None;
        }
    };
    Some(set_options(section, options, diags))
}

/// The section with its options; what UCI refuses is reported.
fn set_options(mut section: Section, options: &Options, diags: &mut Diagnostics) -> Section {
    let mut options: Vec<_> = options.iter().filter(|(option, _)| option.value != TYPE).collect();
    // Their order means nothing to UCI, and a chart's values have none. A later overlay's word still wins: the sort is
    // stable.
    options.sort_by(|(one, _), (other, _)| one.value.cmp(&other.value));
    for (option, value) in options {
        let set = match &value.value {
            UciValue::One(text) => section.set(option, text),
            UciValue::Many(items) => {
                let items: Vec<&str> = items.iter().map(|item| item.as_str()).collect();
                section.set_list(option, &items)
            }
            UciValue::Secret(from) => section.set_secret(option, &secrets::path(from)),
        };
        if let Err(invalid) = set.map_err(|invalid| without_secret(invalid, section.kind(), option)) {
            // The name first: with a good one, the value is at fault.
            let named = Section::anonymous("any").and_then(|mut any| any.set(option, "1"));
            let span = if named.is_err() { option.span } else { value.span };
            report(&invalid, span, diags);
        }
    }
    section
}

/// A refusal names the text that it refuses: not where that is a secret.
fn without_secret(invalid: Invalid, kind: &str, option: &str) -> Invalid {
    if !secret::may_be_option(kind, option) {
        return invalid;
    }
    Invalid::new(format!("UCI cannot hold the value of `{option}`"), invalid.fix)
}

fn report(invalid: &Invalid, span: Option<Span>, diags: &mut Diagnostics) {
    diags.push(Finding::error(Code::UciValue, invalid.problem.clone()).at(span).help(invalid.fix.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uci::{Value, parse};

    #[test]
    fn a_place_has_its_type_already() {
        let bare = |text: &str| Loc::bare(text.to_owned());
        let lists = UciValue::Many(vec![bare("dnsmasq")]);
        let said = [("dnsmasq", true), ("bogus", false), ("b#c", false)];
        let texts = said.map(|(kind, fits)| (UciValue::One(kind.to_owned()), fits));
        for (value, fits) in texts.into_iter().chain([(lists, false)]) {
            let options = vec![(bare(TYPE), Loc::bare(value.clone()))];
            let mut diags = Diagnostics::new();
            lay_at_place(&mut Config::new(), &bare("@dnsmasq[0]"), &options, None, &mut diags);
            let codes: Vec<_> = diags.sorted().iter().map(|one| one.code).collect();
            assert_eq!(codes, if fits { &[][..] } else { &[Code::UciValue] }, "{value:?}");
        }
    }

    /// The table of all that read `@TYPE[N]`: here its image is a file that wrtpod writes whole.
    #[test]
    fn a_place_is_what_it_is_to_uci() {
        let table = include_str!("../../../tests/uci/places.txt");
        let mut tried = 0;
        for case in table.split("\n=== ").skip(1) {
            let part = |name: &str| {
                let (_, rest) = case.split_once(&format!("\n--- {name}\n")).expect("a part");
                rest.split("\n--- ").next().unwrap_or(rest).trim_end().to_owned()
            };
            let set = vec![(Loc::bare("set".to_owned()), Loc::bare(UciValue::One("1".to_owned())))];
            let key = Loc::bare(part("key"));
            let mut config = parse(&part("image")).expect("UCI");
            let mut diags = Diagnostics::new();
            let planned = Some(config.sections().len());
            lay_at_place(&mut config, &key, &set, planned, &mut diags);
            let code = diags.sorted().first().map(|one| one.code);
            let got = match code {
                Some(Code::UciSectionMissing) => "missing".to_owned(),
                Some(_) => "refused".to_owned(),
                None => match config.sections().iter().find(|section| section.get("set").is_some()) {
                    Some(section) => match section.get("id") {
                        Some(Value::One(id)) => id.clone(),
                        _ => "new".to_owned(),
                    },
                    None => String::new(),
                },
            };
            assert_eq!(got, part("found"), "{case}");
            tried += 1;
        }
        assert_eq!(tried, 19);
    }
}
