//! Values from the command line: `--set PATH=VALUE`.

use super::{Assignment, Typed};
use crate::diag::{Code, Diagnostics, FileId, Finding, SourceMap, Span};
use crate::secret;
use crate::types::quoted;
use crate::yaml::{self, Entry, Key, Kind, Tree};

/// A step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
}

/// An assignment, taken apart.
pub(super) struct Parsed {
    /// The keys and indexes, each with its place.
    steps: Vec<(Step, Span)>,
    value: Tree,
}

/// Steps of a path that are read.
const MOST_STEPS: usize = 32;

/// What stands in front of an assignment on the command line.
const SET: &str = "--set ";
const NAMESPACE: &str = "--namespace ";

impl Parsed {
    /// Takes an assignment apart; `None` after a fault, which has been reported. The assignment becomes a source of
    /// its own, so that messages can show it.
    pub(super) fn new(
        assignment: &Assignment,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let Assignment { path, value, .. } = assignment;
        let typed = match assignment.typed {
            Typed::Set => format!("{SET}{path}={value}"),
            Typed::Namespace => format!("{NAMESPACE}{value}"),
        };
        let end = typed.len();
        let file = sources.add(super::COMMAND_LINE, typed);
        if assignment.typed == Typed::Set && may_be_secret(path) {
            sources.hide(Span::new(file, SET.len() + path.len() + 1, end));
        }
        let mut steps = match steps(file, SET.len(), path) {
            Ok(steps) => steps,
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                return None;
            }
        };
        if assignment.typed == Typed::Namespace {
            let span = Span::new(file, NAMESPACE.len(), end);
            for (_, place) in &mut steps {
                *place = span;
            }
            let value = Tree::new(span, Kind::Scalar { text: value.clone(), plain: false });
            return Some(Self { steps, value });
        }
        let value = yaml::read_value(file, SET.len() + path.len() + 1, sources, diagnostics)?;
        Some(Self { steps, value })
    }

    /// True when the path is relative to the Site's `spec`; the first step is then done.
    pub(super) fn take_site(&mut self) -> bool {
        let site =
            matches!(self.steps.first(), Some((Step::Key(key), _)) if key == "site") && self.steps.len() > 1;
        if site {
            self.steps.remove(0);
        }
        site
    }

    /// True when the path is this one key.
    pub(super) fn is(&self, key: &str) -> bool {
        matches!(self.steps.as_slice(), [(Step::Key(only), _)] if only == key)
    }

    /// The place of the path.
    pub(super) fn span(&self) -> Option<Span> {
        let (first, last) = (self.steps.first()?.1, self.steps.last()?.1);
        Some(Span { end: last.end, ..first })
    }

    /// Sets the value in a tree.
    pub(super) fn apply(self, tree: &mut Tree, diagnostics: &mut Diagnostics) {
        let mut node = tree;
        for (step, span) in self.steps {
            let below = match step {
                Step::Key(key) => below_key(node, key, span),
                Step::Index(index) => below_index(node, index, span),
            };
            match below {
                Ok(below) => node = below,
                Err(diagnostic) => return diagnostics.push(*diagnostic),
            }
        }
        *node = self.value;
    }
}

/// Whether the value of a path may be a secret, even where the path is none: then nothing says what it is the value of.
fn may_be_secret(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or(path).trim_matches('"');
    let mut words = path.split(|one: char| !one.is_ascii_alphanumeric());
    words.any(|word| matches!(word, "uci" | "env")) || secret::may_be_option("", last)
}

/// The steps of a path, which stands in its file behind `from` bytes.
fn steps(file: FileId, from: usize, path: &str) -> Result<Vec<(Step, Span)>, Box<Finding>> {
    let refuse = |start: usize, end: usize, message: String| {
        let help =
            "write keys joined by dots and `[0]` for the first item of a list, like `interfaces[0].address`";
        Box::new(
            Finding::error(Code::BadPath, message).at(Span::new(file, from + start, from + end)).help(help),
        )
    };
    let mut steps = Vec::new();
    let mut at = 0;
    while at < path.len() || steps.is_empty() {
        let rest = &path[at..];
        let (step, length) = if let Some(quoted) = rest.strip_prefix('"') {
            let end = quoted
                .find('"')
                .ok_or_else(|| refuse(at, path.len(), "a quote in the path is not closed".into()))?;
            (Step::Key(quoted[..end].to_owned()), end + 2)
        } else if rest.starts_with('[') && !steps.is_empty() {
            let end = rest
                .find(']')
                .ok_or_else(|| refuse(at, path.len(), "a `[` in the path is not closed".into()))?;
            let number = rest[1..end].parse().map_err(|_| {
                refuse(
                    at,
                    at + end + 1,
                    format!("{} is not the number of a list item", quoted(&rest[..=end])),
                )
            })?;
            (Step::Index(number), end + 1)
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            (Step::Key(rest[..end].to_owned()), end)
        };
        if length == 0 || step == Step::Key(String::new()) {
            return Err(refuse(at, (at + 1).min(path.len()), "the path has an empty key".into()));
        }
        steps.push((step, Span::new(file, from + at, from + at + length)));
        at += length;
        match path[at..].chars().next() {
            None | Some('[') => {}
            Some('.') if at + 1 < path.len() => at += 1,
            Some(c) => {
                return Err(refuse(
                    at,
                    at + c.len_utf8(),
                    format!("the path goes wrong at {}", quoted(&path[at..])),
                ));
            }
        }
        if steps.len() > MOST_STEPS {
            return Err(refuse(0, path.len(), format!("the path has more than {MOST_STEPS} steps")));
        }
    }
    Ok(steps)
}

fn refuse_step(message: String, span: Span, node: Span, help: impl Into<String>) -> Box<Finding> {
    Box::new(Finding::error(Code::BadPath, message).at(span).also(node, "this is meant").help(help))
}

/// The value behind a key, which is added when it is not there.
fn below_key(node: &mut Tree, key: String, span: Span) -> Result<&mut Tree, Box<Finding>> {
    if node.is_null() {
        *node = Tree::new(span, Kind::Map(Vec::new()));
    }
    let (what, at) = (node.what(), node.span);
    let Kind::Map(entries) = &mut node.kind else {
        let message = format!("the path takes the key {} of {what}", quoted(&key));
        let help = if what == "a list" {
            "write the number of the item first, like `[0]`"
        } else {
            "set the whole value"
        };
        return Err(refuse_step(message, span, at, help));
    };
    let position = entries.iter().position(|entry| entry.key.text == key).unwrap_or(entries.len());
    if position == entries.len() {
        let key = Key { text: key, plain: false, span };
        entries.push(Entry { key, value: Tree::new(span, Kind::Null) });
    }
    Ok(&mut entries[position].value)
}

/// An item of a list; the one behind the last is added.
fn below_index(node: &mut Tree, index: usize, span: Span) -> Result<&mut Tree, Box<Finding>> {
    if node.is_null() {
        *node = Tree::new(span, Kind::Seq(Vec::new()));
    }
    let (what, at) = (node.what(), node.span);
    let Kind::Seq(items) = &mut node.kind else {
        return Err(refuse_step(
            format!("the path takes item {index} of {what}"),
            span,
            at,
            "leave out the `[…]`",
        ));
    };
    if index > items.len() {
        let message = format!("the path takes item {index} of a list with {} items", items.len());
        let help = format!("items count from 0; `[{}]` adds one", items.len());
        return Err(refuse_step(message, span, at, help));
    }
    if index == items.len() {
        items.push(Tree::new(span, Kind::Null));
    }
    Ok(&mut items[index])
}
