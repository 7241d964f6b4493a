//! OpenWrt's UCI configuration: model, writer, strict parser, comparison.
//!
//! A [`Config`] is valid by construction, so writing cannot fail. Knows the syntax and UCI's merge rules; knows nothing
//! of what packages mean by their options. Entries: [`Config`], [`parse`], [`diff`]. Source of the rules: OpenWrt's
//! `uci` (`file.c`, `list.c`, `util.c`).

mod compare;
mod lexer;
mod parser;
mod place;
mod write;

pub use compare::{Change, diff, differences, labels, partners};
pub use parser::{Fault, parse, parse_plan};
pub use place::Place;

use crate::types::{Invalid, quoted};

/// The content of one file under /etc/config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    sections: Vec<Section>,
}

/// A section: `config TYPE 'NAME'` with its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    kind: String,
    name: Option<String>,
    /// Of a plan: which of its type it stands for where it is no section of its own; without a number, the first. Of what the pod
    /// noted: by which numbers plans have called it.
    places: Vec<i32>,
    options: Vec<(String, Value)>,
}

/// The value of an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `option NAME 'VALUE'`; never empty.
    One(String),
    /// `list NAME 'VALUE'`, once for each; never without a value.
    List(Vec<String>),
    /// `secret NAME 'PATH'`: an option whose value stands in a file. Only plans have it, and the pod's scripts, which put the
    /// value in its place; OpenWrt's `uci` knows no such thing.
    Secret(String),
}

impl Config {
    /// A file without sections.
    pub fn new() -> Self {
        Self::default()
    }

    /// The sections in order.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The section of a name.
    pub fn get(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name() == Some(name))
    }

    /// The section of a name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Section> {
        self.sections.iter_mut().find(|section| section.name() == Some(name))
    }

    /// Adds a section at the end. One whose name is taken is merged into the section of that name, option by option;
    /// with another type it is refused.
    pub fn push(&mut self, section: Section) -> Result<&mut Section, Invalid> {
        let taken = section
            .name
            .as_deref()
            .and_then(|name| self.sections.iter().position(|s| s.name() == Some(name)));
        let Some(index) = taken else {
            self.sections.push(section);
            let last = self.sections.len() - 1;
            return Ok(&mut self.sections[last]);
        };
        let existing = &mut self.sections[index];
        same_type(existing, &section)?;
        existing.take(section.options);
        Ok(existing)
    }

    /// The position of the section that a place is to `uci`: named or not, below zero counted from the end.
    pub fn find(&self, place: &Place) -> Option<usize> {
        place.among(self.sections.iter().map(Section::kind))
    }

    /// Lays options over the section that stands for a place. Of a whole file, which had `planned` sections before the user's, that is
    /// one of those; of one that the pod lays over the image's (`None`) it is what the pod finds. The first of a type that
    /// there is none of is a new section; another that is missing is refused.
    pub fn lay(&mut self, place: &Place, options: Section, planned: Option<usize>) -> Result<(), Invalid> {
        let is_first = place.index == 0;
        let at = match planned {
            None => self.sections.iter().position(|known| known.name.is_none() && known.stands_for(place)),
            Some(planned) => {
                let own = &self.sections[..planned];
                let found = place.among(own.iter().map(Section::kind));
                if found.is_none() && !is_first {
                    return Err(place.missing(own.iter().filter(|known| known.kind == place.kind).count()));
                }
                found.or_else(|| self.find(place))
            }
        };
        let at = at.unwrap_or(self.sections.len());
        if at == self.sections.len() {
            let places = if is_first { Vec::new() } else { vec![place.index] };
            self.sections.push(Section { kind: place.kind.clone(), name: None, places, options: Vec::new() });
        }
        self.sections[at].take(options.options);
        Ok(())
    }

    /// Removes the section of a name; true when there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.sections.len();
        self.sections.retain(|section| section.name() != Some(name));
        before != self.sections.len()
    }
}

impl Section {
    /// A section without a name.
    pub fn anonymous(kind: &str) -> Result<Self, Invalid> {
        if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_graphic()) {
            let problem = format!("{} is not a UCI section type", quoted(kind));
            return Err(Invalid::new(problem, "use printable ASCII characters without spaces"));
        }
        Ok(Self { kind: kind.to_owned(), name: None, places: Vec::new(), options: Vec::new() })
    }

    /// A section with a name.
    pub fn named(kind: &str, name: &str) -> Result<Self, Invalid> {
        check_name(name, "section")?;
        Ok(Self { name: Some(name.to_owned()), ..Self::anonymous(kind)? })
    }

    /// The type.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The name; an anonymous section has none.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether a plan calls it by a place, or, of what the pod noted, has called it so or may have.
    pub fn stands_for(&self, place: &Place) -> bool {
        let is_first = self.places.is_empty() && self.name.is_none() && place.index == 0;
        self.is_marked(place) || is_first && self.kind == place.kind
    }

    /// Whether a place is noted at it.
    pub fn is_marked(&self, place: &Place) -> bool {
        self.kind == place.kind && self.places.contains(&place.index)
    }

    /// What the places of a plan call it; an anonymous section without one is the first of its type.
    pub fn place(&self) -> Option<Place> {
        let index = self.places.first().copied().unwrap_or_default();
        self.name.is_none().then(|| Place { kind: self.kind.clone(), index })
    }

    /// The options in order.
    pub fn options(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.options.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The value of an option.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.options.iter().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// Sets an option in the place of what was there. The empty value removes it: UCI does not tell the two apart.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), Invalid> {
        check_name(name, "option")?;
        check_value(value)?;
        if value.is_empty() {
            self.remove(name);
        } else {
            self.put(name.to_owned(), Value::One(value.to_owned()));
        }
        Ok(())
    }

    /// Sets a list in the place of what was there. No values remove it.
    pub fn set_list<S: AsRef<str>>(&mut self, name: &str, values: &[S]) -> Result<(), Invalid> {
        check_name(name, "option")?;
        values.iter().try_for_each(|value| check_value(value.as_ref()))?;
        if values.is_empty() {
            self.remove(name);
        } else {
            let values = values.iter().map(|value| value.as_ref().to_owned()).collect();
            self.put(name.to_owned(), Value::List(values));
        }
        Ok(())
    }

    /// Sets an option to what a file holds, in the place of what was there. The path takes no character that needs a quote.
    pub fn set_secret(&mut self, name: &str, path: &str) -> Result<(), Invalid> {
        check_name(name, "option")?;
        check_value(path)?;
        self.put(name.to_owned(), Value::Secret(path.to_owned()));
        Ok(())
    }

    /// Adds a value to a list; an option of that name becomes the list's first value.
    pub fn add(&mut self, name: &str, value: &str) -> Result<(), Invalid> {
        check_name(name, "option")?;
        check_value(value)?;
        let value = value.to_owned();
        match self.options.iter_mut().find(|(other, _)| other == name).map(|(_, old)| old) {
            Some(Value::List(values)) => values.push(value),
            Some(old) => {
                *old = match std::mem::replace(old, Value::List(Vec::new())) {
                    Value::One(first) => Value::List(vec![first, value]),
                    _ => Value::List(vec![value]),
                };
            }
            None => self.options.push((name.to_owned(), Value::List(vec![value]))),
        }
        Ok(())
    }

    /// Removes an option; true when there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.options.len();
        self.options.retain(|(other, _)| other != name);
        before != self.options.len()
    }

    fn take(&mut self, options: Vec<(String, Value)>) {
        for (name, value) in options {
            self.put(name, value);
        }
    }

    fn put(&mut self, name: String, value: Value) {
        match self.options.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => self.options.push((name, value)),
        }
    }
}

/// Refuses a type that a file holds only until OpenWrt's `uci` writes it: `uci` writes types without quotes (`uci_export_package`
/// in `file.c`), so with a quote, `\`, `#` or `;` in one, nobody can read the file after the next commit.
pub fn check_lasting_type(kind: &str) -> Result<(), Invalid> {
    match kind.chars().find(|c| MEANINGFUL.contains(c)) {
        None => Ok(()),
        Some(bad) => Err(Invalid::new(
            format!("the section type {} has a {}", quoted(kind), quoted(&bad.to_string())),
            "leave it out: `uci` writes types without quotes, and could not read the file again",
        )),
    }
}

/// Characters that mean something to UCI's parser outside of quotes.
const MEANINGFUL: [char; 5] = ['\'', '"', '\\', '#', ';'];

/// Refuses to continue a section with one of another type.
fn same_type(known: &Section, other: &Section) -> Result<(), Invalid> {
    if known.kind == other.kind {
        return Ok(());
    }
    let name = quoted(known.name().unwrap_or_default());
    let (first, second) = (quoted(&known.kind), quoted(&other.kind));
    let problem = format!("the section {name} has the types {first} and {second}");
    Err(Invalid::new(problem, "give the second section another name"))
}

fn check_name(name: &str, what: &str) -> Result<(), Invalid> {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Ok(());
    }
    let problem = format!("{} is not a UCI {what} name", quoted(name));
    let guess: String = name.chars().map(|c| if matches!(c, '-' | '.' | ' ') { '_' } else { c }).collect();
    let fits = guess != name && guess.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let fix =
        if fits { format!("write {}", quoted(&guess)) } else { "use letters, digits and `_`".to_owned() };
    Err(Invalid::new(problem, fix))
}

fn check_value(value: &str) -> Result<(), Invalid> {
    match value.chars().find(|c| c.is_ascii_control() && !matches!(c, '\t' | '\r' | '\n')) {
        None => Ok(()),
        Some(bad) => Err(Invalid::new(
            format!("the value {} contains the control character U+{:04X}", quoted(value), u32::from(bad)),
            "remove it: UCI files hold no control characters but tab and line breaks",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_a_type_is_named_or_not_in_a_whole_file() -> Result<(), Invalid> {
        let with = |option: &str| {
            let mut section = Section::anonymous("agent")?;
            section.set(option, "1")?;
            Ok::<Section, Invalid>(section)
        };
        let first = Place::read("@agent[0]")?;
        for (planned, wanted) in [
            (Some(0), "\nconfig agent 'one'\n\toption a '1'\n\toption b '1'\n"),
            (None, "\nconfig agent 'one'\n\nconfig agent\n\toption a '1'\n\toption b '1'\n"),
        ] {
            let mut config = Config::new();
            config.push(Section::named("agent", "one")?)?;
            config.lay(&first, with("a")?, planned)?;
            config.lay(&first, with("b")?, planned)?;
            assert_eq!(config.to_string(), wanted);
        }
        Ok(())
    }

    #[test]
    fn merges_a_section_whose_name_is_taken() -> Result<(), Invalid> {
        let mut config = Config::new();
        config.push(Section::named("interface", "lan")?)?.set("proto", "static")?;
        let mut second = Section::named("interface", "lan")?;
        second.set("mtu", "1500")?;
        config.push(second)?;
        assert_eq!(
            config.to_string(),
            "\nconfig interface 'lan'\n\toption proto 'static'\n\toption mtu '1500'\n"
        );
        let other = config.push(Section::named("device", "lan")?).map(|_| ());
        assert_eq!(
            other.map_err(|i| i.problem),
            Err("the section `lan` has the types `interface` and `device`".into())
        );
        Ok(())
    }

    #[test]
    fn options_follow_the_rules_of_uci() -> Result<(), Invalid> {
        let mut section = Section::anonymous("dnsmasq")?;
        section.set("server", "1.1.1.1")?;
        section.add("server", "9.9.9.9")?;
        assert_eq!(section.get("server"), Some(&Value::List(vec!["1.1.1.1".into(), "9.9.9.9".into()])));
        section.set("server", "8.8.8.8")?;
        assert_eq!(section.get("server"), Some(&Value::One("8.8.8.8".into())));
        section.set("server", "")?;
        assert_eq!(section.get("server"), None);
        Ok(())
    }

    #[test]
    fn refuses_with_a_reason() -> Result<(), Invalid> {
        let mut section = Section::anonymous("x")?;
        let refused = |result: Result<(), Invalid>| result.err().map(|invalid| invalid.to_string());
        assert_eq!(
            refused(section.set("a-b", "1")).as_deref(),
            Some("`a-b` is not a UCI option name: write `a_b`")
        );
        assert!(refused(section.set("a", "\0")).is_some_and(|text| text.contains("U+0000")));
        assert!(refused(section.add("a", "\u{1b}[0m")).is_some_and(|text| text.contains("U+001B")));
        assert!(refused(Section::anonymous("a b").map(|_| ())).is_some());
        assert!(refused(Section::named("a", "").map(|_| ())).is_some());
        assert_eq!(check_lasting_type("wifi-iface"), Ok(()));
        for kind in ["a'b", "a\"b", "a\\b", "#a", "a;"] {
            assert!(check_lasting_type(kind).is_err() && Section::anonymous(kind).is_ok(), "{kind}");
        }
        Ok(())
    }
}
