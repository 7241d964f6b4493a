//! UCI files as the plan writes them: every name and value is wrtpod's own or a checked type's, so none of
//! them can be refused.

use crate::uci::{Config, Section};

/// The invariant behind every call into `uci` here.
const PLANNED: &str = "planned names and values are valid UCI";

/// A file under /etc/config.
#[derive(Debug, Default)]
pub struct File(Config);

/// A section of it.
#[derive(Debug)]
pub struct Draft(Section);

impl File {
    /// A file without sections.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a section at the end.
    pub fn push(&mut self, draft: Draft) {
        self.0.push(draft.0).expect(PLANNED);
    }

    /// The finished file.
    pub fn finish(self) -> Config {
        self.0
    }
}

impl Draft {
    /// A section with a name: a change by the user is found again under it.
    pub fn named(kind: &str, name: &str) -> Self {
        Self(Section::named(kind, name).expect(PLANNED))
    }

    /// With this option.
    #[must_use]
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.0.set(name, value).expect(PLANNED);
        self
    }

    /// With this list.
    #[must_use]
    pub fn list<S: AsRef<str>>(mut self, name: &str, values: impl IntoIterator<Item = S>) -> Self {
        let values: Vec<S> = values.into_iter().collect();
        self.0.set_list(name, &values).expect(PLANNED);
        self
    }
}
