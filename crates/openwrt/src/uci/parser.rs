//! Strict parsing of UCI text: like OpenWrt's own, one fault refuses the whole file.

use super::lexer::{Command, commands};
use super::{Config, Section, Value, check_name, check_value, same_type};
use crate::types::{Invalid, quoted};
use std::collections::HashMap;
use std::fmt;

/// Why a text is not UCI, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it and what to write instead.
    pub invalid: Invalid,
}

impl Fault {
    pub(super) fn new(line: usize, problem: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { line, invalid: Invalid::new(problem, fix) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.invalid)
    }
}

impl std::error::Error for Fault {}

/// Parses a file of /etc/config or the output of `uci export` for one package.
///
/// A repeated option overrides, `list` adds to it, `option NAME ''` removes it, a repeated named section continues it.
pub fn parse(text: &str) -> Result<Config, Fault> {
    read(text, false)
}

/// Parses what a plan says, or what the pod's scripts noted of it: `secret NAME WHAT` and `place NUMBER` too.
pub fn parse_plan(text: &str) -> Result<Config, Fault> {
    read(text, true)
}

fn read(text: &str, plan: bool) -> Result<Config, Fault> {
    let mut drafts = Drafts::default();
    let mut package: Option<String> = None;
    for command in commands(text)? {
        let line = command.line;
        let at = |invalid| Fault { line, invalid };
        match command.words[0].as_str() {
            "package" | "p" => {
                let [name] = arguments(&command, "package NAME")?;
                check_package(name).map_err(at)?;
                if package.as_ref().is_some_and(|package| package != name) {
                    return Err(Fault::new(
                        line,
                        "a second package starts here",
                        "parse one package at a time",
                    ));
                }
                package = Some(name.to_owned());
            }
            "config" | "c" => drafts.start(&command)?,
            word @ ("option" | "o" | "list" | "l") => {
                let [name, value] = arguments(&command, "option NAME VALUE")?;
                let Some(draft) = drafts.open() else {
                    let problem = "an option stands before the first section";
                    return Err(Fault::new(line, problem, "start with `config TYPE`"));
                };
                check_name(name, "option").and_then(|()| check_value(value)).map_err(at)?;
                draft.put(name, value, word.starts_with('l'));
            }
            "secret" if plan => {
                let [name, path] = arguments(&command, "secret NAME PATH")?;
                let Some(draft) = drafts.open() else {
                    let problem = "an option stands before the first section";
                    return Err(Fault::new(line, problem, "start with `config TYPE`"));
                };
                check_name(name, "option").and_then(|()| check_value(path)).map_err(at)?;
                draft.put_value(name, Value::Secret(path.to_owned()));
            }
            "place" if plan => {
                let [number] = arguments(&command, "place NUMBER")?;
                let index = number.parse().map_err(|_| {
                    Fault::new(line, format!("{} is no place", quoted(number)), "write a number")
                })?;
                let Some(draft) = drafts.open() else {
                    let problem = "a place stands before the first section";
                    return Err(Fault::new(line, problem, "start with `config TYPE`"));
                };
                draft.section.places.push(index);
            }
            other => {
                let problem = format!("{} is not a UCI command", quoted(other));
                return Err(Fault::new(line, problem, "write `config`, `option` or `list`"));
            }
        }
    }
    Ok(drafts.finish())
}

/// The sections while they are read; unlike a [`Config`], they find a name among thousands at once.
#[derive(Default)]
struct Drafts {
    all: Vec<Draft>,
    by_name: HashMap<String, usize>,
    open: usize,
}

struct Draft {
    section: Section,
    /// The options; a removed one leaves a gap.
    options: Vec<Option<(String, Value)>>,
    by_name: HashMap<String, usize>,
}

impl Drafts {
    fn open(&mut self) -> Option<&mut Draft> {
        self.all.get_mut(self.open)
    }

    /// Starts the section of a `config` line, or goes on with the one of its name.
    fn start(&mut self, command: &Command) -> Result<(), Fault> {
        let at = |invalid| Fault { line: command.line, invalid };
        let section = match command.words.as_slice() {
            [_, kind] => Section::anonymous(kind).map_err(at)?,
            [_, kind, name] if name.is_empty() => Section::anonymous(kind).map_err(at)?,
            [_, kind, name] => Section::named(kind, name).map_err(at)?,
            _ => {
                let problem = "a section has a type and at most a name";
                return Err(Fault::new(command.line, problem, "write `config TYPE 'NAME'`"));
            }
        };
        self.open = self.all.len();
        if let Some(name) = section.name() {
            self.open = *self.by_name.entry(name.to_owned()).or_insert(self.open);
        }
        match self.all.get(self.open) {
            Some(known) => same_type(&known.section, &section).map_err(at)?,
            None => self.all.push(Draft { section, options: Vec::new(), by_name: HashMap::new() }),
        }
        Ok(())
    }

    fn finish(self) -> Config {
        let filled = self.all.into_iter().map(|draft| {
            let options = draft.options.into_iter().flatten().collect();
            Section { options, ..draft.section }
        });
        Config { sections: filled.collect() }
    }
}

impl Draft {
    /// Takes an `option` or a `list` line.
    fn put(&mut self, name: &str, value: &str, list: bool) {
        let known = self.by_name.get(name).copied();
        let before = known.and_then(|position| self.options[position].take());
        let value = match before {
            _ if !list && value.is_empty() => {
                self.by_name.remove(name);
                return;
            }
            _ if !list => Value::One(value.to_owned()),
            Some((_, Value::One(first))) => Value::List(vec![first, value.to_owned()]),
            Some((_, Value::List(mut values))) => {
                values.push(value.to_owned());
                Value::List(values)
            }
            Some((_, Value::Secret(_))) | None => Value::List(vec![value.to_owned()]),
        };
        self.put_value(name, value);
    }

    /// Sets an option, in the place of what was there.
    fn put_value(&mut self, name: &str, value: Value) {
        let known = self.by_name.get(name).copied();
        let position = known.unwrap_or(self.options.len());
        if known.is_none() {
            self.by_name.insert(name.to_owned(), position);
            self.options.push(None);
        }
        self.options[position] = Some((name.to_owned(), value));
    }
}

fn arguments<'a, const N: usize>(command: &'a Command, shape: &str) -> Result<[&'a str; N], Fault> {
    let words: Vec<&str> = command.words[1..].iter().map(String::as_str).collect();
    words.try_into().map_err(|words: Vec<&str>| {
        let problem = format!("{} has {} arguments", quoted(&command.words[0]), words.len());
        Fault::new(command.line, problem, format!("write `{shape}`, a value with spaces in quotes"))
    })
}

fn check_package(name: &str) -> Result<(), Invalid> {
    if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{} is not a UCI package name", quoted(name)),
        "use letters, digits, `_` and `-`",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(input: &str) -> String {
        parse(input).map_or_else(|fault| fault.to_string(), |config| config.to_string())
    }

    #[test]
    fn reads_what_openwrt_writes() {
        let input = "package network\n\nconfig interface 'loopback'\n\toption device 'lo'\n\tlist ipaddr '127.0.0.1/8'\n\nconfig device\n\toption name 'br-lan'\n";
        assert_eq!(text(input), input.strip_prefix("package network\n").unwrap_or_default());
    }

    #[test]
    fn follows_quoting_and_comments() {
        let table = [
            (r"config a 'b'; option x 'a'\''b'", r"'a'\''b'"),
            ("config a b\n option x \"a\\\"b\\n\"", "'a\"bn'"),
            ("c a b\no x a\\ b", "'a b'"),
            ("c a b\no x a\\\nb", "'ab'"),
            ("c a b\no x a#b", "'a'"),
            ("# x\r\nconfig a b # y\r\n\toption x 'a\nb' # z\r\n", "'a\nb'"),
            ("c a b; o x y; o x z", "'z'"),
        ];
        for (input, value) in table {
            assert_eq!(text(input), format!("\nconfig a 'b'\n\toption x {value}\n"), "{input}");
        }
    }

    #[test]
    fn follows_the_merge_rules() {
        assert_eq!(text("c a b; o x 1; l x 2"), "\nconfig a 'b'\n\tlist x '1'\n\tlist x '2'\n");
        assert_eq!(text("c a b; l x 1; o x 2"), "\nconfig a 'b'\n\toption x '2'\n");
        assert_eq!(text("c a b; o x 1; c a b; o x ''"), "\nconfig a 'b'\n");
        assert_eq!(
            text("c a b; l x 1; c d; c a b; l x 2"),
            "\nconfig a 'b'\n\tlist x '1'\n\tlist x '2'\n\nconfig d\n"
        );
    }

    #[test]
    fn refuses_with_line_and_reason() {
        let table = [
            ("\noption a b", "line 2: an option stands before the first section: start with `config TYPE`"),
            ("config", "line 1: a section has a type and at most a name: write `config TYPE 'NAME'`"),
            ("config a b c", "line 1: a section has a type and at most a name: write `config TYPE 'NAME'`"),
            (
                "c a\n\n o x",
                "line 3: `o` has 1 arguments: write `option NAME VALUE`, a value with spaces in quotes",
            ),
            ("c a\n o x 'y", "line 2: a quote is not closed: close it"),
            ("co a", "line 1: `co` is not a UCI command: write `config`, `option` or `list`"),
            (
                "c a b; c d b",
                "line 1: the section `b` has the types `a` and `d`: give the second section another name",
            ),
            ("package a; package b", "line 1: a second package starts here: parse one package at a time"),
            ("c a b-c", "line 1: `b-c` is not a UCI section name: write `b_c`"),
        ];
        for (input, want) in table {
            assert_eq!(text(input), want);
        }
        assert!(text("c a; o x '\0'").contains("U+0000"));
    }

    fn config() -> impl Strategy<Value = Config> {
        let value = prop_oneof!["[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f]{1,12}", "['\"\\\\#; \t\n]{1,6}"];
        let option = ("[a-z_]{1,3}", prop::collection::vec(value, 1..3), any::<bool>());
        let section =
            ("[!-~]{1,5}", prop::option::of("[a-zA-Z0-9_]{1,3}"), prop::collection::vec(option, 0..5));
        prop::collection::vec(section, 0..5).prop_map(|sections| {
            let mut config = Config::new();
            for (kind, name, options) in sections {
                let section =
                    name.map_or_else(|| Section::anonymous(&kind), |name| Section::named(&kind, &name));
                let Ok(mut section) = section else { continue };
                for (name, values, list) in options {
                    let set =
                        if list { section.set_list(&name, &values) } else { section.set(&name, &values[0]) };
                    assert_eq!(set, Ok(()));
                }
                let _ = config.push(section);
            }
            config
        })
    }

    proptest! {
        #[test]
        fn write_then_parse_is_identity(config in config()) {
            prop_assert_eq!(parse(&config.to_string()), Ok(config));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "(?s).{0,80}|[\\s'\"\\\\#;coltipn ]{0,60}") {
            if let Ok(config) = parse(&text) {
                prop_assert_eq!(parse(&config.to_string()), Ok(config));
            }
        }
    }

    #[test]
    fn large_files_take_no_longer_than_their_size() {
        let sections = (0..100_000).fold(String::new(), |text, i| text + &format!("c a n{i}\n"));
        assert!(parse(&sections).is_ok_and(|config| config.sections().len() == 100_000));
        let options = (0..100_000).fold("c a b\n".to_owned(), |text, i| text + &format!("o n{i} 1\n"));
        assert!(parse(&options).is_ok());
        assert!(parse(&"c a b\nl x 1\n".repeat(100_000)).is_ok());
    }

    #[test]
    fn an_empty_list_item_stays() {
        let config = parse("c a b; l x ''; l x 1");
        let lists = config.ok().and_then(|config| config.get("b")?.get("x").cloned());
        assert_eq!(lists, Some(Value::List(vec![String::new(), "1".into()])));
    }
}
