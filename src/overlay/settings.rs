//! An overlay's UCI settings as a script for the first boot, where an image is built with the overlay.

use std::fmt::Write;

use super::{Overlay, Script};
use crate::spec::UciValue;

/// The key of a section that gives its type.
const TYPE: &str = ".type";

impl Overlay {
    /// The script that makes the overlay's UCI settings on the first boot; none without settings. Its name comes before
    /// those of the overlay's own scripts, which may build on it. Whether UCI takes the settings is the caller's to check.
    pub fn settings_script(&self) -> Option<Script> {
        if self.spec.uci.is_empty() {
            return None;
        }
        let mut text = String::from("# written by wrtpod: the settings of an overlay\n");
        for (file, sections) in &self.spec.uci {
            // `uci set` makes no file.
            let _ = writeln!(text, "touch {}", quoted(&format!("/etc/config/{}", file.value)));
            // As in a pod: a place is counted in the image's file, so named sections come behind all of them, and `[0]`, which may make
            // a section, behind the other places.
            let mut sections: Vec<_> = sections.value.iter().collect();
            sections.sort_by_key(|(section, _)| match section.starts_with('@') {
                true if section.ends_with("[0]") => 1,
                true => 0,
                false => 2,
            });
            for (section, options) in sections {
                let path = format!("{}.{}", file.value, section.value);
                // As in a pod: the first of a type is made where there is none, any other is one that is there.
                if let Some(kind) = section.strip_prefix('@').and_then(|rest| rest.strip_suffix("[0]")) {
                    let (at, file, kind) = (quoted(&path), quoted(&file.value), quoted(kind));
                    let _ = writeln!(text, "uci -q get {at} >/dev/null || uci add {file} {kind} >/dev/null");
                }
                // The type makes the section, so it comes first.
                let (kind, rest): (Vec<_>, Vec<_>) =
                    options.value.iter().partition(|(option, _)| option.value == TYPE);
                for (option, value) in kind.into_iter().chain(rest) {
                    let at =
                        if option.value == TYPE { path.clone() } else { format!("{path}.{}", option.value) };
                    match &value.value {
                        // Refused before: an image is read by everybody who pulls it.
                        UciValue::Secret(_) => {}
                        UciValue::One(value) => set(&mut text, "set", &at, value),
                        UciValue::Many(values) => {
                            // The second run of a script must not add to the list of the first.
                            let _ = writeln!(text, "uci -q delete {} || :", quoted(&at));
                            for value in values {
                                set(&mut text, "add_list", &at, value);
                            }
                        }
                    }
                }
            }
            let _ = writeln!(text, "uci commit {}", quoted(&file.value));
        }
        text.push_str("exit 0\n");
        Some(Script { name: format!("40-wrtpod-{}", self.name), text: text.into() })
    }
}

fn set(text: &mut String, verb: &str, at: &str, value: &str) {
    let _ = writeln!(text, "uci {verb} {}", quoted(&format!("{at}={value}")));
}

/// One word of the shell, whatever is in it.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
