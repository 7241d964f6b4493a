//! UCI text in the shape of `uci export`.

use super::{Config, MEANINGFUL, Value};
use std::fmt;

/// An empty line before each section, options indented by a tab, every name and value but the type in single quotes.
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for section in self.sections() {
            write!(f, "\nconfig {}", bare_or_quoted(section.kind()))?;
            if let Some(name) = section.name() {
                write!(f, " '{name}'")?;
            }
            f.write_str("\n")?;
            for index in &section.places {
                writeln!(f, "\tplace '{index}'")?;
            }
            for (name, value) in section.options() {
                match value {
                    Value::One(text) => writeln!(f, "\toption {name} {}", quote(text))?,
                    Value::Secret(path) => writeln!(f, "\tsecret {name} {}", quote(path))?,
                    Value::List(texts) => {
                        for text in texts {
                            writeln!(f, "\tlist {name} {}", quote(text))?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// A type is written bare, as `uci export` does, unless it holds a character that the parser gives a meaning.
fn bare_or_quoted(kind: &str) -> String {
    if kind.contains(MEANINGFUL) { quote(kind) } else { kind.to_owned() }
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
