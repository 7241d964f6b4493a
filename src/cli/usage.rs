//! What is said of a command line that cannot be read: clap's words, with tips that are ours. clap's own tip is the word
//! that looks most alike, such as `delete` for `template`.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use super::args::{Cli, Color, MessageFormat};
use super::printer::Printer;
use crate::catalog;
use crate::types::nearest;

/// Words that other programs have for what a verb here does, or several.
const FOREIGN: [(&[&str], &[&str]); 13] = [
    (
        &[
            "template",
            "lint",
            "validate",
            "manifest",
            "manifests",
            "generate",
            "print",
            "kustomize",
            "export",
        ],
        &["render"],
    ),
    (
        &["install", "apply", "upgrade", "update", "create", "up", "run", "start", "sync", "rollout"],
        &["deploy"],
    ),
    (&["uninstall", "remove", "rm", "destroy", "down"], &["delete"]),
    (&["get", "list", "ls", "ps", "show", "describe", "info"], &["status", "catalog"]),
    (&["plan", "preview", "compare"], &["diff"]),
    (&["check", "preflight", "test"], &["doctor"]),
    (&["new", "setup", "configure", "config"], &["init"]),
    (&["package", "helm", "charts"], &["chart"]),
    (&["convert", "migrate"], &["import"]),
    (&["build", "images", "push"], &["image"]),
    (&["search", "appliances"], &["catalog"]),
    (&["docs", "doc", "man", "rules"], &["explain"]),
    (&["completion", "autocomplete"], &["completions"]),
];

/// Words for what another program does, and how.
const ELSEWHERE: [(&[&str], &str); 2] = [
    (&["shell", "exec", "ssh", "console", "attach"], "kubectl exec -it statefulset/NAME -- sh"),
    (&["logs", "log"], "kubectl logs statefulset/NAME"),
];

/// Proposed only for a word that can hardly be another one.
const DESTRUCTIVE: &str = "delete";

/// Says what is wrong, or prints the help that was asked for; the run ends so.
pub fn report(mut error: clap::Error, args: &[OsString]) -> ExitCode {
    if !error.use_stderr() {
        // Help and version are data, and no error; a reader that has gone is none either.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    advise(&mut error, args);
    if wants_json(args) {
        let text = error.render().to_string();
        let (message, help) = in_words(&text);
        Printer::new(Color::Never, MessageFormat::Json).error(&message, help.as_deref());
    } else {
        Printer::new(Color::Auto, MessageFormat::Text).usage(&error.render());
    }
    ExitCode::from(2)
}

/// Whether a word is one of other programs' for what a verb here does.
#[cfg(test)]
pub fn is_foreign(word: &str) -> bool {
    let words = FOREIGN.iter().map(|(words, _)| words).chain(ELSEWHERE.iter().map(|(words, _)| words));
    words.into_iter().any(|words| words.contains(&word))
}

/// Whether messages are to be JSON; the command line was not read, so its words are looked at.
fn wants_json(args: &[OsString]) -> bool {
    let words: Vec<&str> = args.iter().filter_map(|word| word.to_str()).collect();
    words.contains(&"--message-format=json")
        || words.windows(2).any(|pair| pair == ["--message-format", "json"])
}

/// The claim, and what comes behind it in the place of help.
fn in_words(text: &str) -> (String, Option<String>) {
    let joined = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = text.trim().split("\n\n").map(joined).filter(|part| !part.is_empty());
    let message = parts.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(&message).to_owned();
    let help: Vec<String> = parts.map(|part| part.replacen("tip: ", "", 1)).collect();
    (message, (!help.is_empty()).then(|| help.join("; ")))
}

/// Puts our tips in the place of clap's.
fn advise(error: &mut clap::Error, args: &[OsString]) {
    let text = |error: &clap::Error, kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    let tip = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = text(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            let top = Cli::command();
            tip_for_verb(&top, command_of(&top, args, &word), &word)
        }
        ErrorKind::UnknownArgument => {
            let word = text(error, ContextKind::InvalidArg).unwrap_or_default();
            let mut top = Cli::command();
            // Each command then has the options that all have.
            top.build();
            let command = command_of(&top, args, &word);
            // clap's own shows the option that it would propose.
            let usage = command.clone().render_usage();
            error.insert(ContextKind::Usage, ContextValue::StyledStr(usage));
            near_option(command, &word)
        }
        _ => return,
    };
    for kind in [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::Suggested] {
        error.remove(kind);
    }
    if let Some(tip) = tip {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
}

/// The command that a word was typed behind.
fn command_of<'a>(top: &'a Command, args: &[OsString], word: &str) -> &'a Command {
    let words = args.iter().skip(1).filter_map(|word| word.to_str());
    let before = words.take_while(|other| *other != word);
    before.fold(top, |command, word| command.find_subcommand(word).unwrap_or(command))
}

/// What was meant by a word in the place of a verb.
fn tip_for_verb(top: &Command, command: &Command, word: &str) -> Option<String> {
    let word = word.to_ascii_lowercase();
    let described = |verb: &str| {
        let about = top.find_subcommand(verb)?.get_about()?.to_string();
        Some(format!("`wrtpod {verb}`: {about}"))
    };
    if command.get_name() == top.get_name() {
        let has = |words: &[&str]| words.contains(&word.as_str());
        if let Some((_, verbs)) = FOREIGN.iter().find(|(words, _)| has(words)) {
            let verbs: Vec<String> = verbs.iter().filter_map(|verb| described(verb)).collect();
            return Some(verbs.join("\n       "));
        }
        if let Some((_, how)) = ELSEWHERE.iter().find(|(words, _)| has(words)) {
            return Some(format!("wrtpod has no verb for it: `{how}`"));
        }
        if catalog::ENTRIES.iter().any(|entry| entry.name == word) {
            return Some(format!("a verb comes first, for example `wrtpod render {word}`"));
        }
    }
    if command.get_name() == "catalog" {
        if catalog::ENTRIES.iter().any(|entry| entry.name == word) {
            return Some(format!("`wrtpod catalog show {word}` prints it"));
        }
        if ["list", "ls", "search", "all"].contains(&word.as_str()) {
            return Some("`wrtpod catalog` lists all there is".to_owned());
        }
    }
    let near = nearest(&word, command.get_subcommands().map(Command::get_name))?;
    (near != DESTRUCTIVE || is_one_slip(&word, near)).then(|| format!("did you mean `{near}`?"))
}

/// Whether two words differ in one letter that is missing, wrong or too many, or in two that changed places.
fn is_one_slip(one: &str, other: &str) -> bool {
    let same = |(a, b): &(u8, u8)| a == b;
    let front = one.bytes().zip(other.bytes()).take_while(same).count();
    let back = one.bytes().rev().zip(other.bytes().rev()).take_while(same).count();
    let (least, most) = (one.len().min(other.len()), one.len().max(other.len()));
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let swapped = least == most
        && front + back + 2 == most
        && one[front] == other[front + 1]
        && one[front + 1] == other[front];
    most - least <= 1 && front + back + 1 >= most || swapped
}

/// The option that is spelled nearly so, or the only one that begins like it. Hidden ones are former names.
fn near_option(command: &Command, word: &str) -> Option<String> {
    const LEAST: usize = 3;
    let word = word.strip_prefix("--")?;
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let options: Vec<&str> = shown.filter_map(|argument| argument.get_long()).collect();
    let begins = |option: &&&str| {
        let is_long = option.len().min(word.len()) >= LEAST;
        is_long
            && (option.starts_with(word) || word.starts_with(**option))
            && !option.starts_with(DESTRUCTIVE)
    };
    let mut alike = options.iter().filter(begins).copied();
    let only = alike.next().filter(|_| alike.next().is_none());
    let near = nearest(word, options.iter().copied()).or(only)?;
    Some(format!("did you mean `--{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tip(line: &str) -> Option<String> {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let mut error = <Cli as clap::Parser>::try_parse_from(&args).expect_err(line);
        advise(&mut error, &args);
        let text = error.render().to_string();
        text.split_once("tip: ").map(|(_, tip)| tip.split("\n\n").next().unwrap_or_default().to_owned())
    }

    #[test]
    fn other_programs_words_lead_to_verbs() {
        let top = Cli::command();
        for (words, verbs) in FOREIGN {
            for word in words {
                assert!(top.find_subcommand(word).is_none(), "{word} is a verb");
                let tip = tip(&format!("wrtpod {word}")).expect("it has a tip");
                assert!(
                    verbs.iter().all(|verb| tip.contains(&format!("`wrtpod {verb}`: "))),
                    "{word}: {tip}"
                );
            }
        }
        for (words, how) in ELSEWHERE {
            assert!(
                words.iter().all(|word| tip(&format!("wrtpod {word}")).is_some_and(|tip| tip.contains(how)))
            );
        }
    }

    #[test]
    fn near_spellings_are_meant_and_nothing_else() {
        let table = [
            ("wrtpod rendr", Some("did you mean `render`?")),
            ("wrtpod delte x", Some("did you mean `delete`?")),
            ("wrtpod dleete x", Some("did you mean `delete`?")),
            ("wrtpod deleet", Some("did you mean `delete`?")),
            ("wrtpod image bulid", Some("did you mean `build`?")),
            ("wrtpod image delete", None),
            ("wrtpod openwrt", Some("a verb comes first, for example `wrtpod render openwrt`")),
            ("wrtpod render --nmaespace x", Some("did you mean `--namespace`?")),
            ("wrtpod render --colr never", Some("did you mean `--color`?")),
            ("wrtpod image build x --mesage-format json", Some("did you mean `--message-format`?")),
            ("wrtpod image build x --ouput y", None),
            ("wrtpod init --output y", Some("did you mean `--out`?")),
            ("wrtpod init --wan enp4s0", Some("did you mean `--wan-parent`?")),
            ("wrtpod render --set-string a=b", Some("did you mean `--set`?")),
            ("wrtpod render x --hepl", Some("did you mean `--help`?")),
            ("wrtpod init --ä€", None),
            ("wrtpod init --interface enp3s0", None),
            ("wrtpod delete x --delete", None),
            ("wrtpod catalog list", Some("`wrtpod catalog` lists all there is")),
            ("wrtpod catalog openwrt", Some("`wrtpod catalog show openwrt` prints it")),
            ("wrtpod catalog shw openwrt", Some("did you mean `show`?")),
            ("wrtpod delete x --data", None),
            ("wrtpod delete x --force", None),
            ("wrtpod render -z", None),
        ];
        for (line, want) in table {
            assert_eq!(tip(line).as_deref(), want, "{line}");
        }
    }

    /// clap's own usage has the option that it would propose, as if it were needed.
    #[test]
    fn usage_shows_no_option_that_was_not_meant() {
        for line in ["wrtpod init openwrt --interface enp3s0", "wrtpod init openwrt --output y"] {
            let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let mut error = <Cli as clap::Parser>::try_parse_from(&args).expect_err(line);
            advise(&mut error, &args);
            let text = error.render().to_string();
            assert!(text.contains("Usage: wrtpod init [OPTIONS] [NAME]\n"), "{text}");
        }
    }

    /// `delete` is never the tip for a word that means something else.
    #[test]
    fn nothing_destructive_is_proposed() {
        let words = "template relate select detect debug default depend develop dedupe decode details describe \
                     evaluate translate generate release complete delegate replicate dlt del de restart backup \
                     restore rollback history reset stop scale pause resume edit patch label set unset wait watch";
        for word in words.split_whitespace() {
            let tip = tip(&format!("wrtpod {word}")).unwrap_or_default();
            assert!(!tip.contains("delete"), "{word}: {tip}");
        }
    }
}
