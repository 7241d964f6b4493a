//! The user's own UCI settings, laid over the planned files and written for the others.

use crate::diag::{Diagnostic, Diagnostics, Loc};
use crate::spec::{Entries, UciValue};
use crate::uci::{Config, Section};

/// Options of a section.
type Options = Entries<String, UciValue>;

/// The key of a section that gives its type.
const TYPE: &str = ".type";

/// Lays `user` over the planned files; a file that is not planned is added.
pub fn lay_over(
    planned: &mut Vec<(String, Config)>,
    user: &Entries<String, Entries<String, Options>>,
    diags: &mut Diagnostics,
) {
    for (name, sections) in user {
        let at = match planned.iter().position(|(planned, _)| *planned == name.value) {
            Some(at) => at,
            None => {
                planned.push((name.value.clone(), Config::new()));
                planned.len() - 1
            }
        };
        for (key, options) in &sections.value {
            lay_section(&mut planned[at].1, key, &options.value, diags);
        }
    }
}

fn lay_section(config: &mut Config, key: &Loc<String>, options: &Options, diags: &mut Diagnostics) {
    let Some(section) = section_mut(config, key, options, diags) else { return };
    for (option, value) in options.iter().filter(|(option, _)| option.value != TYPE) {
        match &value.value {
            UciValue::One(text) => section.set(&option.value, text),
            UciValue::Many(items) => {
                section.set_list(&option.value, items.iter().map(|item| item.value.clone()));
            }
        }
    }
}

/// The section of that key: `@type[n]` is the n-th of its type, made if need be; any other key is a name.
fn section_mut<'a>(
    config: &'a mut Config,
    key: &'a Loc<String>,
    options: &Options,
    diags: &mut Diagnostics,
) -> Option<&'a mut Section> {
    if let Some((kind, index)) = anonymous(&key.value) {
        while config.of_type(kind).count() <= index {
            config.push(Section::anonymous(kind));
        }
        return config.of_type_mut(kind).nth(index);
    }
    if config.named(&key.value).is_none() {
        let kind = options.iter().find(|(option, _)| option.value == TYPE).and_then(|(_, value)| {
            match &value.value {
                UciValue::One(text) => Some(text.as_str()),
                UciValue::Many(_) => None,
            }
        });
        let Some(kind) = kind else {
            diags.push(
                Diagnostic::error("uci-section-type", format!("section `{}` has no type", key.value))
                    .at(key.span)
                    .label("a new section")
                    .help("add its type, for example `.type: interface`"),
            );
            return None;
        };
        config.push(Section::named(kind, key.value.as_str()));
    }
    config.named_mut(&key.value)
}

/// `@type[n]` taken apart.
fn anonymous(key: &str) -> Option<(&str, usize)> {
    let (kind, index) = key.strip_prefix('@')?.strip_suffix(']')?.split_once('[')?;
    Some((kind, index.parse().ok().filter(|index| *index < 64)?))
}
