//! Paragraphs of `Field: value` lines: package lists, control files and the status file.

use super::Error;
use crate::types::quoted;

/// opkg itself refuses lines of 1 MiB (`EXCESSIVE_LINE_LEN`).
const LONGEST_LINE: usize = 1 << 20;
/// opkg knows 28 fields; feeds add some of their own.
const MOST_FIELDS: usize = 128;

/// The fields between two blank lines, in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paragraph<'a> {
    /// What the text is called in messages.
    pub place: &'a str,
    /// The line that it begins at, counted from 1.
    pub line: usize,
    /// The lines as they were, each with its end.
    pub text: &'a str,
    fields: Vec<Field<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Field<'a> {
    name: &'a str,
    line: usize,
    /// The rest of its line, trimmed.
    value: &'a str,
    /// The lines that continue it, trimmed.
    more: Vec<&'a str>,
}

impl<'a> Paragraph<'a> {
    /// The first line of a field, if it says something.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.field(name).map(|field| field.value).filter(|value| !value.is_empty())
    }

    /// The lines that continue a field.
    pub fn continuation(&self, name: &str) -> &[&'a str] {
        self.field(name).map_or(&[], |field| &field.more)
    }

    /// A refusal of a field, at its line.
    pub fn refused(&self, name: &str, problem: impl Into<String>) -> Error {
        Error::text(self.place, self.field(name).map_or(self.line, |field| field.line), problem)
    }

    /// A field that has to be there.
    pub fn required(&self, name: &str) -> Result<&'a str, Error> {
        self.get(name).ok_or_else(|| self.refused(name, format!("the package has no `{name}`")))
    }

    fn field(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Reads a text as paragraphs.
pub(super) fn paragraphs<'a>(
    place: &'a str,
    text: &'a str,
) -> impl Iterator<Item = Result<Paragraph<'a>, Error>> + 'a {
    let mut lines = text.split_inclusive('\n').enumerate().peekable();
    let mut offset = 0;
    std::iter::from_fn(move || {
        while let Some((_, line)) = lines.next_if(|(_, line)| is_blank(line)) {
            offset += line.len();
        }
        let (first, begin) = (lines.peek()?.0, offset);
        let mut paragraph = Paragraph { place, line: first + 1, text: "", fields: Vec::new() };
        while let Some((at, line)) = lines.next_if(|(_, line)| !is_blank(line)) {
            offset += line.len();
            if let Err(problem) = add(&mut paragraph.fields, at + 1, line) {
                return Some(Err(Error::text(place, at + 1, problem)));
            }
            // Descriptions of real packages have empty lines.
            let mut ahead = lines.clone().skip_while(|(_, line)| is_blank(line));
            if ahead.next().is_some_and(|(_, line)| line.starts_with([' ', '\t'])) {
                while let Some((_, line)) = lines.next_if(|(_, line)| is_blank(line)) {
                    offset += line.len();
                }
            }
        }
        paragraph.text = &text[begin..offset];
        Some(Ok(paragraph))
    })
}

fn is_blank(line: &str) -> bool {
    line.trim().is_empty()
}

fn add<'a>(fields: &mut Vec<Field<'a>>, line: usize, text: &'a str) -> Result<(), String> {
    if text.len() > LONGEST_LINE {
        return Err(format!("the line has more than {LONGEST_LINE} bytes"));
    }
    if text.contains('\0') {
        return Err("the line has a NUL".to_owned());
    }
    if text.starts_with([' ', '\t']) {
        let field = fields.last_mut().ok_or("the line continues a field, and there is none before it")?;
        field.more.push(text.trim());
        return Ok(());
    }
    let (name, value) =
        text.split_once(':').ok_or_else(|| format!("{} is no field", quoted(text.trim_end())))?;
    if fields.iter().any(|field| field.name == name) {
        return Err(format!("the field {} comes twice in one package", quoted(name)));
    }
    if fields.len() == MOST_FIELDS {
        return Err(format!("the package has more than {MOST_FIELDS} fields"));
    }
    fields.push(Field { name, line, value: value.trim(), more: Vec::new() });
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

    use super::*;

    fn read(text: &str) -> Result<Vec<Paragraph<'_>>, String> {
        paragraphs("the list", text).collect::<Result<_, _>>().map_err(|error| error.to_string())
    }

    #[test]
    fn splits_at_blank_lines_and_keeps_the_text() {
        let text = "\n\nA: 1\nB:  2 \n 3\n\t4\n \n\nA: 5\r\n";
        let read = read(text).unwrap();
        assert_eq!(read.iter().map(|paragraph| paragraph.line).collect::<Vec<_>>(), [3, 9]);
        assert_eq!((read[0].get("A"), read[0].get("B")), (Some("1"), Some("2")));
        assert_eq!(read[0].continuation("B"), ["3", "4"]);
        assert_eq!(read[0].text, "A: 1\nB:  2 \n 3\n\t4\n");
        assert_eq!((read[1].get("A"), read[1].text), (Some("5"), "A: 5\r\n"));
    }

    #[test]
    fn a_field_goes_on_after_empty_lines() {
        let read = read("A: 1\n 2\n\n \n 3\nB: 4\n\nA: 5\n").unwrap();
        assert_eq!(
            (read[0].continuation("A"), read[0].get("B"), read.len()),
            (&["2", "3"][..], Some("4"), 2)
        );
    }

    #[test]
    fn an_empty_field_says_nothing() {
        let text = "A:\nB: 1\n";
        assert_eq!(read(text).unwrap()[0].get("A"), None);
        assert!(read(text).unwrap()[0].required("A").is_err());
    }

    #[test]
    fn names_the_line_of_what_it_refuses() {
        let long = format!("A: {}\n", "x".repeat(1 << 20));
        let wide = (0..129).map(|number| format!("F{number}: x")).collect::<Vec<_>>().join("\n");
        for (text, message) in [
            ("\n continues\n", "the list, line 2: the line continues a field, and there is none before it"),
            ("A: 1\nno field\n", "the list, line 2: `no field` is no field"),
            ("A: 1\nB: 2\nA: 3\n", "the list, line 3: the field `A` comes twice in one package"),
            ("A: \0\n", "the list, line 1: the line has a NUL"),
            (&long, "the list, line 1: the line has more than 1048576 bytes"),
            (&wide, "the list, line 129: the package has more than 128 fields"),
        ] {
            assert_eq!(read(text).unwrap_err(), message);
        }
    }
}
