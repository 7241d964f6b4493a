//! `docs/reference/diagnostics.md`: the pages of `wrtpod explain` as one document.

use std::fmt::Write;

use wrtpod::explain::{Page, RULES, TOPICS};

/// The document.
pub fn page() -> String {
    let mut text = String::from(
        "# Diagnostics\n\n<!-- Written by `cargo xtask generate` from docs/rules and docs/topics. -->\n\n\
         What `wrtpod explain NAME` prints, for every code and topic. How findings look and what they do to the\n\
         exit code: [messages](../messages.md).\n",
    );
    for (heading, pages) in [("Codes", RULES), ("Topics", TOPICS)] {
        let _ = writeln!(text, "\n## {heading}\n");
        for page in pages {
            let _ = writeln!(text, "- [`{0}`](#{0}): {1}", page.name, page.summary());
        }
        for page in pages {
            let _ = write!(text, "\n{}", section(page));
        }
    }
    text
}

/// A page with its heading two levels lower.
fn section(page: &Page) -> String {
    page.text.lines().fold(String::new(), |mut text, line| {
        let deeper = if line.starts_with('#') { "##" } else { "" };
        let _ = writeln!(text, "{deeper}{line}");
        text
    })
}
