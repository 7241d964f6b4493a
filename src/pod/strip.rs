//! Scripts without what only a reader of the source needs. A pod is not told of an edit of a comment, which would restart it.

use std::borrow::Cow;

/// The text as it is shipped: without the lines that are comments or empty. What is no program, or is written into the root file
/// system as it is (`preinit-*`, `upgrade.sh`), stays whole; so does a shell script with a here-document, a backquote or a quote that is not read
/// here to its end.
pub(super) fn stripped(name: &str, text: &'static str) -> Cow<'static, str> {
    let of = match name.rsplit_once('.') {
        Some((_, "awk")) => Some(awk(text)),
        Some(_) => return Cow::Borrowed(text),
        None if name.starts_with("preinit-") => return Cow::Borrowed(text),
        None => shell(text),
    };
    of.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn says_nothing(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// No string, pattern or comment of awk's goes over the end of a line without a backslash there.
fn awk(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut continued = false;
    for line in text.split_inclusive('\n') {
        if continued || !says_nothing(line) {
            out.push_str(line);
        }
        continued = line.trim_end_matches('\n').ends_with('\\');
    }
    out
}

fn shell(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut state = Shell::default();
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let first = number == 0 && line.starts_with("#!");
        if first || !state.at_command() || !says_nothing(line) {
            out.push_str(line);
        }
        state.read(line)?;
    }
    (state.open.is_empty() && !state.continued).then_some(out)
}

/// What a shell is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Single,
    Double,
    /// `$(`, or a parenthesis inside of one.
    Command,
    /// `${`.
    Parameter,
}

#[derive(Default)]
struct Shell {
    open: Vec<Open>,
    /// The last line ended in a backslash.
    continued: bool,
}

impl Shell {
    /// Whether a line that begins here may be a comment.
    fn at_command(&self) -> bool {
        !self.continued && matches!(self.open.last(), None | Some(Open::Command))
    }

    /// Reads a line; `None` for what is not understood here.
    fn read(&mut self, line: &str) -> Option<()> {
        let mut before = if self.continued { '\\' } else { ' ' };
        self.continued = false;
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            let top = self.open.last().copied();
            match (top, c) {
                (Some(Open::Single), '\'')
                | (Some(Open::Double), '"')
                | (Some(Open::Parameter), '}')
                | (Some(Open::Command), ')') => {
                    self.open.pop();
                }
                (Some(Open::Single), _) => {}
                (_, '\\') => self.continued = chars.next() == Some('\n'),
                (_, '$') if chars.peek() == Some(&'(') => {
                    chars.next();
                    self.open.push(Open::Command);
                }
                (_, '$') if chars.peek() == Some(&'{') => {
                    chars.next();
                    self.open.push(Open::Parameter);
                }
                (_, '`') | (Some(Open::Parameter), '\'') => return None,
                (Some(Open::Double), _) => {}
                (_, '"') => self.open.push(Open::Double),
                (Some(Open::Parameter), _) => {}
                (_, '\'') => self.open.push(Open::Single),
                (_, '<') if chars.peek() == Some(&'<') => return None,
                (_, '#') if before.is_whitespace() || ";&|()".contains(before) => return Some(()),
                (Some(Open::Command), '(') => self.open.push(Open::Command),
                _ => {}
            }
            before = c;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{OPENWRT, WIRE};
    use super::*;

    #[test]
    fn lines_that_are_comments_or_empty_go() {
        let text = "#!/bin/sh\n# what\n\nset -eu\n\t# why\nx=$(\n\t# inside\n\techo \"${1#a}\" '#'\n)\necho $# ; # last\n";
        let shipped = "#!/bin/sh\nset -eu\nx=$(\n\techo \"${1#a}\" '#'\n)\necho $# ; # last\n";
        assert_eq!(stripped("x", text), shipped);
        assert_eq!(
            stripped("x.awk", "# what\nBEGIN { x = \"a\\\n# b\" }\n\n{ # c\n}\n"),
            "BEGIN { x = \"a\\\n# b\" }\n{ # c\n}\n"
        );
    }

    #[test]
    fn what_only_looks_like_a_comment_stays() {
        for text in [
            "printf '#!/bin/sh\n# text\n\n'\n",
            "echo \"\n# text\n\"\n",
            "echo \"$(cat)\n# text\"\n",
            "echo a \\\n# text\n",
            "x=${y:-\n# text\n}\n",
        ] {
            assert_eq!(stripped("x", text), text);
        }
    }

    #[test]
    fn a_script_that_is_not_understood_stays_whole() {
        for text in
            ["# a\ncat <<E\n# text\nE\n", "# a\nx=`\n# b\necho`\n", "# a\necho 'b\n", "# a\nx=\"${y:-'}\"\n"]
        {
            assert_eq!(stripped("x", text), text);
        }
        assert_eq!(stripped("preinit-01", "# a\n"), "# a\n");
        assert_eq!(stripped("board.json", "{ }\n\n"), "{ }\n\n");
    }

    /// Else an edit of a comment would restart every router.
    #[test]
    fn no_comment_of_ours_is_shipped() {
        let as_it_is = |name: &str| name.starts_with("preinit-") || name == "upgrade.sh";
        for (name, text) in OPENWRT.iter().chain(WIRE).filter(|(name, _)| !as_it_is(name)) {
            let shipped = stripped(name, text);
            let left: Vec<&str> =
                shipped.lines().skip(1).filter(|line| line.trim_start().starts_with('#')).collect();
            // The script at shutdown that `keep` writes has one.
            assert_eq!(left.len(), usize::from(*name == "keep"), "{name}: {left:#?}");
            // A comment behind a command would be shipped.
            let behind = |line: &&str| line.contains(" # ") && !line.trim_start().starts_with('#');
            assert_eq!(shipped.lines().find(behind), None, "{name}");
        }
    }
}
