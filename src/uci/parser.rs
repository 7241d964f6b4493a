//! Strict parsing of UCI text: like OpenWrt's own, one fault refuses the whole file.

use super::lexer::{Command, commands};
use super::{Config, Section};
use crate::types::{Invalid, quoted};
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
    let mut config = Config::new();
    let mut package: Option<String> = None;
    // The section being filled; it enters the config when the next one starts.
    let mut open: Option<(usize, Section)> = None;
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
            "config" | "c" => {
                close(&mut config, open.take())?;
                open = Some((line, section(&config, &command)?));
            }
            word @ ("option" | "o" | "list" | "l") => {
                let [name, value] = arguments(&command, "option NAME VALUE")?;
                let Some((_, section)) = &mut open else {
                    return Err(Fault::new(
                        line,
                        "an option stands before the first section",
                        "start with `config TYPE`",
                    ));
                };
                let set = if word.starts_with('o') { Section::set } else { Section::add };
                set(section, name, value).map_err(at)?;
            }
            other => {
                let problem = format!("{} is not a UCI command", quoted(other));
                return Err(Fault::new(line, problem, "write `config`, `option` or `list`"));
            }
        }
    }
    close(&mut config, open)?;
    Ok(config)
}

/// The section that a `config` line starts, or goes on with: that one leaves the config until it is closed again.
fn section(config: &Config, command: &Command) -> Result<Section, Fault> {
    let at = |invalid| Fault { line: command.line, invalid };
    match command.words.as_slice() {
        [_, kind] => Section::anonymous(kind).map_err(at),
        [_, kind, name] if name.is_empty() => Section::anonymous(kind).map_err(at),
        [_, kind, name] => {
            let fresh = Section::named(kind, name).map_err(at)?;
            Ok(config.get(name).filter(|existing| existing.kind() == kind).cloned().unwrap_or(fresh))
        }
        _ => Err(Fault::new(
            command.line,
            "a section has a type and at most a name",
            "write `config TYPE 'NAME'`",
        )),
    }
}

/// Puts the section being filled into the config, in the place of what it went on with.
fn close(config: &mut Config, open: Option<(usize, Section)>) -> Result<(), Fault> {
    let Some((line, section)) = open else { return Ok(()) };
    if let Some(existing) = section.name().and_then(|name| config.get_mut(name))
        && existing.kind() == section.kind()
    {
        *existing = section;
        return Ok(());
    }
    config.push(section).map(|_| ()).map_err(|invalid| Fault { line, invalid })
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
    use crate::uci::Value;
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
    fn an_empty_list_item_stays() {
        let config = parse("c a b; l x ''; l x 1");
        let lists = config.ok().and_then(|config| config.get("b")?.get("x").cloned());
        assert_eq!(lists, Some(Value::List(vec![String::new(), "1".into()])));
    }
}
