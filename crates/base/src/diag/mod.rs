//! What is wrong, and where: findings with their places, their collector and their rendering.
//!
//! Knows files and byte offsets; knows nothing of YAML, documents or networks, and never prints: rendering returns
//! text. Entries: [`Finding::error`], [`Diagnostics::push`], [`render_text`], [`render_json`];
//! [`Code`] is the table of all codes.

mod code;
mod excerpt;
mod hidden;
mod json;
mod loc;
mod source;
mod text;

pub use code::{Code, Said};
pub use json::{render_json, value};
pub use loc::{Loc, Written};
pub use source::{FileId, Position, SourceMap, Span};
pub use text::{Style, render_text};

use hidden::Hidden;
use std::collections::{BTreeSet, HashSet};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is accepted, and probably not what was meant.
    Warning,
    /// Something worth knowing.
    Note,
}

impl Severity {
    /// `error`, `warning` or `note`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// One finding: a stable code, a one-line claim, where it is, and what to do about it. All that is ever wrong is told in this form:
/// with documents it has a place in a text, on a cluster an object and perhaps its log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// Which one it is; `wrtpod explain` has the page.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// What is so: one line, lower case, no full stop.
    pub claim: String,
    /// The text that is wrong.
    pub span: Option<Span>,
    /// A remark under that text.
    pub span_label: Option<String>,
    /// Other places that matter, each with a remark.
    pub secondary: Vec<(Span, String)>,
    /// What to do about it: one instruction.
    pub help: Option<String>,
    /// Lines to write, where they are several: text that can be pasted as it is.
    pub example: Option<String>,
    /// Texts that no excerpt of any finding shows: secrets that cannot be told by their names.
    pub hidden: Vec<Span>,
    /// Which appliance it is about, where its place does not tell.
    pub appliance: Option<String>,
    /// What shows it outside of documents, for example `Pod openwrt-0`.
    pub object: Option<String>,
    /// The last lines of the log that explains it, oldest first.
    pub log: Vec<String>,
    /// Whether it can go away by itself, as a slow registry does.
    pub transient: bool,
}

impl Finding {
    /// A finding of the given severity, without a place yet. For codes that are one or the other: of a code with a severity of its
    /// own it has to be that one.
    pub fn new(severity: Severity, code: Code, claim: impl Into<String>) -> Self {
        debug_assert!(code.severity().is_none_or(|fixed| fixed == severity), "{code} is no {severity:?}");
        Self {
            code,
            severity,
            claim: claim.into(),
            span: None,
            span_label: None,
            secondary: Vec::new(),
            help: None,
            example: None,
            hidden: Vec::new(),
            appliance: None,
            object: None,
            log: Vec::new(),
            transient: false,
        }
    }

    /// An error, without a place yet.
    pub fn error(code: Code, claim: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, claim)
    }

    /// A warning, without a place yet.
    pub fn warning(code: Code, claim: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, claim)
    }

    /// A note, without a place yet.
    pub fn note(code: Code, claim: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, claim)
    }

    /// Sets the place; `None` (a value that comes from no file) leaves it unset.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// Sets the remark under the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.span_label = Some(label.into());
        self
    }

    /// Adds another place with its remark; `None` adds nothing.
    #[must_use]
    pub fn also(mut self, span: impl Into<Option<Span>>, label: impl Into<String>) -> Self {
        if let Some(span) = span.into() {
            self.secondary.push((span, label.into()));
        }
        self
    }

    /// Sets the lines to write, which the help speaks of.
    #[must_use]
    pub fn example(mut self, example: impl Into<String>) -> Self {
        self.example = Some(example.into());
        self
    }

    /// Keeps a text out of the excerpts, also those of other findings; `None` hides nothing.
    #[must_use]
    pub fn hide(mut self, span: impl Into<Option<Span>>) -> Self {
        self.hidden.extend(span.into());
        self
    }

    /// Sets the object that shows it.
    #[must_use]
    pub fn object(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Sets the appliance that it is about.
    #[must_use]
    pub fn appliance(mut self, appliance: Option<&str>) -> Self {
        self.appliance = appliance.map(str::to_owned);
        self
    }

    /// Sets what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl std::fmt::Display for Finding {
    /// What is so, and of which object.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(object) = &self.object {
            write!(f, "{object}: ")?;
        }
        f.write_str(&self.claim)
    }
}

/// Collects the findings of a stage.
#[derive(Debug, Default)]
pub struct Diagnostics {
    all: Vec<Finding>,
    seen: HashSet<Finding>,
    /// What no excerpt of any finding shows; also of findings that are no longer kept.
    hidden: BTreeSet<Span>,
    errors: bool,
    /// Findings beyond the most that are kept.
    dropped: usize,
}

/// The most findings that are kept: nobody reads more, and a file can be made to have millions.
const MOST_KEPT: usize = 10_000;

impl Diagnostics {
    /// An empty collector.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding; the second of two equal ones is dropped.
    pub fn push(&mut self, diagnostic: Finding) {
        self.errors |= diagnostic.severity == Severity::Error;
        self.hidden.extend(&diagnostic.hidden);
        if self.is_full() {
            self.dropped += usize::from(!self.seen.contains(&diagnostic));
        } else if self.seen.insert(diagnostic.clone()) {
            self.all.push(diagnostic);
        }
    }

    /// Adds the findings of another collector.
    pub fn append(&mut self, other: Self) {
        self.errors |= other.errors;
        self.dropped += other.dropped;
        self.hidden.extend(other.hidden);
        self.extend(other.all);
    }

    /// Drops what another collector has not found. What either hides stays hidden.
    pub fn keep_common(&mut self, other: &Self) {
        self.hidden.extend(&other.hidden);
        self.all.retain(|diagnostic| other.seen.contains(diagnostic));
        self.errors = self.all.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        self.dropped = 0;
    }

    /// True when one of the findings is an error.
    pub fn has_errors(&self) -> bool {
        self.errors
    }

    /// True when there is no finding.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many findings are kept: at most 10,000.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// True when further findings are only counted: their wording need not be worked out.
    pub fn is_full(&self) -> bool {
        self.all.len() >= MOST_KEPT
    }

    /// How many findings came after that and are not kept.
    pub fn dropped(&self) -> usize {
        self.dropped
    }

    /// What is shown of none of them, in order and without overlaps.
    fn hidden(&self, sources: &SourceMap) -> Hidden {
        Hidden::new(self.hidden.iter().copied().chain(sources.hidden()))
    }

    /// The findings in the order of their places: by file as it was added, then by position; those without a place
    /// come first. Findings at one place stay in the order in which they were pushed.
    pub fn sorted(&self) -> Vec<&Finding> {
        let mut sorted: Vec<&Finding> = self.all.iter().collect();
        sorted.sort_by_key(|diagnostic| diagnostic.span.map(|span| (span.file, span.start, span.end)));
        sorted
    }
}

impl Extend<Finding> for Diagnostics {
    fn extend<I: IntoIterator<Item = Finding>>(&mut self, diagnostics: I) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collects_each_finding_once_and_sorts_by_place() {
        let mut sources = SourceMap::new();
        let (a, b) = (sources.add("a", "0123456789"), sources.add("b", "0123456789"));
        let mut diags = Diagnostics::new();
        diags.push(Finding::warning(Code::MovingTag, "in b").at(Span::new(b, 1, 2)));
        diags.push(Finding::error(Code::BadValue, "late in a").at(Span::new(a, 5, 6)));
        diags.push(Finding::error(Code::BadValue, "late in a").at(Span::new(a, 5, 6)));
        diags.push(Finding::error(Code::BadValue, "early in a").at(Span::new(a, 1, 2)));
        diags.push(Finding::note(Code::ConfigLarge, "nowhere"));
        let order: Vec<&str> = diags.sorted().iter().map(|d| d.claim.as_str()).collect();
        assert_eq!(order, ["nowhere", "early in a", "late in a", "in b"]);
        assert!(diags.has_errors() && diags.len() == 4);
    }

    #[test]
    fn keeps_a_readable_number() {
        let mut diags = Diagnostics::new();
        diags.extend((0..MOST_KEPT + 5).map(|i| Finding::warning(Code::MovingTag, i.to_string())));
        assert!(!diags.has_errors());
        diags.push(Finding::error(Code::BadValue, "late"));
        assert!(diags.has_errors());
        assert_eq!((diags.len(), diags.dropped()), (MOST_KEPT, 6));
        assert!(
            render_text(&diags, &SourceMap::new(), Style::Plain).ends_with("6 more findings are not shown\n")
        );
    }
}
