//! Diagnostics for people.

use super::excerpt::{excerpts, secrets_of_wide_lines, with_own_places};
use super::hidden::Hidden;
use super::{Diagnostics, Finding, Severity, SourceMap};
use crate::{secret, shown};
use annotate_snippets::{Group, Level, Renderer};
use std::fmt::Write as _;

/// Whether a rendering may carry terminal colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Characters only.
    Plain,
    /// With ANSI colours.
    Coloured,
}

/// All findings in the order of their places, each followed by an empty line.
pub fn render_text(diagnostics: &Diagnostics, sources: &SourceMap, style: Style) -> String {
    let mut out = String::new();
    let sorted = diagnostics.sorted();
    let wide = secrets_of_wide_lines(&sorted, sources);
    let view = View { hidden: diagnostics.hidden(sources), wide, sources, style };
    for diagnostic in sorted {
        out.push_str(&view.render(diagnostic));
        out.push('\n');
    }
    if diagnostics.dropped() > 0 {
        let _ = writeln!(out, "{} more findings are not shown", diagnostics.dropped());
    }
    out
}

/// What all findings are seen with.
struct View<'s> {
    hidden: Hidden,
    /// The secrets of wide lines.
    wide: Hidden,
    sources: &'s SourceMap,
    style: Style,
}

impl View<'_> {
    /// One finding: claim, excerpt with its marks, remark on that text, help, log; ends with a line break.
    fn render(&self, diagnostic: &Finding) -> String {
        let (hidden, sources) = (&self.hidden, self.sources);
        let renderer = match self.style {
            Style::Plain => Renderer::plain(),
            Style::Coloured => Renderer::styled(),
        };
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let told = diagnostic.to_string();
        let message = hidden.veiled(&told, diagnostic, sources);
        let title = level.primary_title(shown::line(&message)).id(diagnostic.code.as_str());
        let mut group = Group::with_title(title);
        for excerpt in excerpts(diagnostic, sources) {
            group = group.element(excerpt.element(hidden, &self.wide, sources));
        }
        let mut out = with_own_places(renderer.render(&[group]));
        if !out.ends_with('\n') {
            out.push('\n');
        }
        let remark = diagnostic.span.and_then(|span| sources.remark_at(span.file, span.start));
        let help = diagnostic.help.as_deref().map(|help| hidden.veiled(help, diagnostic, sources));
        let lines = [(Level::NOTE, remark), (Level::HELP, help.as_deref())];
        for (level, text) in lines.into_iter().filter_map(|(level, text)| Some((level, text?))) {
            let text = secret::without_users(text);
            let title = level.secondary_title(shown::block(&text));
            out.push_str(renderer.render(&[Group::with_title(title)]).trim_end());
            out.push('\n');
        }
        for line in diagnostic.example.iter().flat_map(|example| example.lines()) {
            let _ = writeln!(out, "{}", shown::line(&secret::without_users(line)));
        }
        for line in &diagnostic.log {
            let _ = writeln!(out, "  | {}", shown::line(&secret::without_users(line)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::excerpt::{SIDE, WIDE};
    use super::*;
    use crate::diag::{Code, Span};

    const TEXT: &str = "interfaces:\n- mac: 02:00:00:00:00:01\n\n\n- mac: 02:00:00:00:00:01\n";

    fn duplicate(sources: &mut SourceMap, name: &str) -> Finding {
        let file = sources.add(name, TEXT);
        Finding::error(Code::DuplicateMac, "attachment `wan` has the same MAC address as `lan`")
            .at(Span::new(file, 46, 63))
            .label("used again")
            .also(Span::new(file, 19, 36), "first used here")
            .help("remove one `mac` to have it derived from the workload and attachment names")
    }

    fn plain(diagnostic: &Finding, sources: &SourceMap) -> String {
        rendered(diagnostic, sources, Style::Plain)
    }

    fn rendered(diagnostic: &Finding, sources: &SourceMap, style: Style) -> String {
        let hidden = Hidden::new(diagnostic.hidden.iter().copied());
        let wide = secrets_of_wide_lines(&[diagnostic], sources);
        View { hidden, wide, sources, style }.render(diagnostic)
    }

    #[test]
    fn renders_the_form_of_the_style_guide() {
        let mut sources = SourceMap::new();
        let diagnostic = duplicate(&mut sources, "examples/router/wrtpod.yaml");
        assert_eq!(
            plain(&diagnostic, &sources),
            concat!(
                "error[duplicate-mac]: attachment `wan` has the same MAC address as `lan`\n",
                " --> examples/router/wrtpod.yaml:5:8\n",
                "  |\n",
                "2 | - mac: 02:00:00:00:00:01\n",
                "  |        ----------------- first used here\n",
                "...\n",
                "5 | - mac: 02:00:00:00:00:01\n",
                "  |        ^^^^^^^^^^^^^^^^^ used again\n",
                "help: remove one `mac` to have it derived from the workload and attachment names\n",
            )
        );
    }

    #[test]
    fn colours_only_when_asked() {
        let mut sources = SourceMap::new();
        let diagnostic = duplicate(&mut sources, "f");
        assert!(!plain(&diagnostic, &sources).contains('\u{1b}'));
        let coloured = rendered(&diagnostic, &sources, Style::Coloured);
        assert!(coloured.contains("\u{1b}[") && coloured.contains("help"));
    }

    #[test]
    fn renders_without_a_place_and_with_several_files() {
        let mut sources = SourceMap::new();
        let (a, b) = (sources.add("a", "x: 1\n"), sources.add("b", "y: 2\n"));
        assert_eq!(
            plain(&Finding::warning(Code::MovingTag, "it is late"), &sources),
            "warning[moving-tag]: it is late\n"
        );
        let both = Finding::note(Code::ConfigLarge, "two files")
            .at(Span::new(a, 3, 4))
            .also(Span::new(b, 3, 4), "and this");
        assert_eq!(
            plain(&both, &sources),
            concat!(
                "note[config-large]: two files\n",
                " --> a:1:4\n",
                "  |\n",
                "1 | x: 1\n",
                "  |    ^\n",
                "  |\n",
                " ::: b:1:4\n",
                "  |\n",
                "1 | y: 2\n",
                "  |    - and this\n",
            )
        );
    }

    #[test]
    fn an_object_comes_before_the_claim_and_its_log_last() {
        let sources = SourceMap::new();
        let found =
            Finding::error(Code::CrashLoop, "container web ended").object("Pod web-0").help("see its log");
        let found = Finding { log: vec!["one".to_owned(), "\u{1b}[31mtwo".to_owned()], ..found };
        let lines = [
            "error[crash-loop]: Pod web-0: container web ended",
            "help: see its log",
            "  | one",
            "  | \\u{1b}[31mtwo\n",
        ];
        assert_eq!(plain(&found, &sources), lines.join("\n"));
    }

    #[test]
    fn shows_little_of_what_is_too_long() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", format!("a: {}\n", "x".repeat(3 << 20)));
        let diagnostic =
            Finding::error(Code::BadValue, "too long").at(Span::new(file, 3, 3 << 20)).help("shorten it");
        let text = plain(&diagnostic, &sources);
        assert!(text.starts_with("error[bad-value]: too long\n --> f:1:4\n  |\n1 | a: xxx"), "{text}");
        assert!(text.ends_with("^^^\nhelp: shorten it\n") && text.len() < 4 * SIDE, "{text}");
        let file = sources.add("g", format!("a\n{}b\n", format!("{}\n", "x".repeat(WIDE)).repeat(50)));
        let diagnostic = Finding::error(Code::BadValue, "too much").at(Span::new(file, 0, 1));
        let diagnostic = diagnostic.also(Span::new(file, 2 + 50 * (WIDE + 1), 3 + 50 * (WIDE + 1)), "this");
        assert_eq!(plain(&diagnostic, &sources), "error[bad-value]: too much\n--> g:1:1\n");
    }

    #[test]
    fn hostile_text_cannot_reach_the_terminal() {
        let mut sources = SourceMap::new();
        let file = sources.add("f\u{1b}[31m", "a: \u{1b}[31m\u{9b}\u{202e}\u{200b}\u{e0041}x\n");
        let diagnostic = Finding::error(Code::BadValue, "\u{1b}[31mred\n").at(Span::new(file, 3, 8));
        let text = plain(&diagnostic.label("\u{1b}[0m").help("\u{1b}[0m"), &sources);
        assert!(!text.chars().any(|one| one != '\n' && shown::steers(one)), "{text:?}");
        assert!(text.starts_with("error[bad-value]: \\u{1b}[31mred\\n\n"), "{text:?}");
    }

    #[test]
    fn an_excerpt_shows_no_secret() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "wg0: {private_key: abc=, mtu: é}\nx: def\n");
        let diagnostic = Finding::error(Code::BadValue, "x")
            .at(Span::new(file, 25, 28))
            .also(Span::new(file, 34, 35), "y");
        let text = plain(&diagnostic.hide(Span::new(file, 37, 40)), &sources);
        assert!(
            text.contains("1 | wg0: {private_key: ***, mtu: é}") && text.contains("2 | x: ***"),
            "{text}"
        );
        let file = sources.add("g", "url: https://me:word@host.example/x\n");
        let seen = "see https://me:word@host.example/";
        let everywhere =
            Finding::error(Code::BadValue, seen).at(Span::new(file, 5, 8)).label(seen).help(seen);
        let everywhere = everywhere.also(Span::new(file, 0, 3), seen).example(seen);
        let text = plain(&everywhere, &sources);
        assert!(!text.contains("word") && text.matches("***@host").count() == 6, "{text}");
        let mut diags = crate::diag::Diagnostics::new();
        diags.push(everywhere);
        let json = crate::diag::render_json(&diags, &sources);
        assert!(!json.contains("word") && json.matches("***@host").count() == 5, "{json}");
    }

    /// Nobody sees how long a secret is, and marks and places are those of what is marked.
    #[test]
    fn stars_tell_no_length() {
        let shown = |secret: &str, marked: &str, hides: bool| {
            let mut sources = SourceMap::new();
            let line = format!("  é: {{password: {secret}, mtu: 9}} # x\n");
            let file = sources.add("f", line.clone());
            let start = line.find(marked).expect("it is there");
            let place = Span::new(file, start, start + marked.len());
            let finding = Finding::error(Code::BadValue, "x").at(place).label("here");
            let column = sources.position(file, start).column;
            let text = plain(&if hides { finding.hide(place) } else { finding }, &sources);
            assert!(text.contains(&format!(" --> f:1:{column}\n")), "{text}");
            text.replace(&format!("f:1:{column}"), "f:1:X")
        };
        for secret in ["abcdefg", "h", "0123456789012345678901234567890123456789"] {
            let mark = |marked, hides| {
                let text = shown(secret, marked, hides);
                text.lines().skip(3).take(2).map(|line| line[4..].to_owned()).collect::<Vec<_>>()
            };
            let line = "  é: {password: ***, mtu: 9} # x";
            assert_eq!(mark("mtu", false), [line, "                     ^^^ here"]);
            assert_eq!(mark(secret, true), [line, "                ^^^ here"]);
            assert_eq!(mark("password", false), [line, "      ^^^^^^^^ here"]);
        }
        let mut sources = SourceMap::new();
        let file = sources.add("f", "x: \"a\n  bcd\ne: f\"\ny: z\n");
        let finding =
            Finding::error(Code::BadValue, "x").at(Span::new(file, 21, 22)).hide(Span::new(file, 3, 17));
        let text = plain(&finding.also(Span::new(file, 9, 10), "there"), &sources);
        assert!(text.contains("2 | ***\n  | --- there\n3 | ***\n4 | y: z\n"), "{text}");
    }

    #[test]
    fn what_one_finding_hides_no_other_shows() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "{key: hunter2, x: 1}\n");
        let mut found = Diagnostics::new();
        found.push(Finding::error(Code::BadValue, "x").at(Span::new(file, 15, 16)));
        let mut other = Diagnostics::new();
        other.push(
            Finding::warning(Code::MovingTag, "`hunter2` is a secret")
                .at(Span::new(file, 6, 13))
                .hide(Span::new(file, 6, 13)),
        );
        found.append(other);
        let text = render_text(&found, &sources, Style::Plain);
        assert!(!text.contains("hunter2") && text.matches("{key: ***, x: 1}").count() == 2, "{text}");
        assert!(text.contains("`***` is a secret"), "{text}");
        // Also where it is of no finding that is left.
        found.keep_common(&Diagnostics::new());
        found.push(Finding::error(Code::BadValue, "x").at(Span::new(file, 15, 16)));
        assert!(!render_text(&found, &sources, Style::Plain).contains("hunter2"));
    }

    #[test]
    fn odd_spans_do_no_harm() {
        let mut sources = SourceMap::new();
        let file = sources.add("f", "é\r\n日本");
        for (start, end) in [(0, 0), (1, 1), (0, 99), (99, 120), (3, 4), (4, 5), (10, 10), (5, 2)] {
            let _ = plain(&Finding::error(Code::BadValue, "x").at(Span::new(file, start, end)), &sources);
        }
    }
}
