//! `wrtpod image build`.

use std::path::{Path, PathBuf};

use super::args::BuildArgs;
use super::failed;
use super::recipe::{load, read_lock};
use super::show::Show;
use super::supply::Stock;
use crate::build::{self, Built, BuiltRoot, Request, Supply};
use crate::cli::cluster::block_on;
use crate::cli::error::{CliError, Outcome};
use crate::cli::printer::Printer;
use crate::image::{self, Bundle};
use crate::install::Note;
use crate::registry::Pushed;
use crate::shown;
use crate::types::{ImageRef, quoted};

/// What a tag in a layout or an archive is called.
const TAG: &str = "latest";

/// Runs the verb. The digest of what was built goes to stdout, all else to stderr.
pub fn run(args: &BuildArgs, printer: Printer) -> Result<Outcome, CliError> {
    let to = args.push.as_deref().map(reference).transpose()?;
    let chosen = load(&args.recipe, args.lock.as_deref(), printer)?;
    let lock = args.locked.then(|| read_lock(&chosen.lock)).transpose()?;
    let request = Request::for_build(&chosen.recipe, &chosen.sources).map_err(failed)?;
    let stock = Stock::new(&args.recipe.supply, printer)?;
    if args.output.is_some() {
        printer
            .note("`-o` and `--output` say in what form an answer comes; where an image goes is `--out` now");
    }
    let output = match (args.out.as_ref().or(args.output.as_ref()), &to) {
        (Some(path), _) => Some(path.clone()),
        (None, None) => Some(PathBuf::from(format!("{}.oci", chosen.recipe.name.value))),
        (None, Some(_)) => None,
    };
    output.as_deref().map_or(Ok(()), look)?;
    block_on(async {
        let supply = stock.supply();
        let mut show = Show::new(printer, "resolving the recipe");
        let only = args.recipe.arch.as_deref();
        let built = build::build(&request, lock.as_ref(), only, epoch()?, &supply, &mut show)
            .await
            .map_err(failed)?;
        if let Some(path) = &output {
            write(&built, path)?;
        }
        let pushed = match &to {
            Some(to) => Some(push(&built, to, &supply, &show).await?),
            None => None,
        };
        drop(show);
        tell(&built, printer);
        if let Some(path) = &output {
            printer.line(&format!("wrote {}", shown::path(path)));
        }
        match to.as_ref().zip(pushed) {
            Some((to, pushed)) => {
                printer.line(&pushed.sentence(to));
                Printer::data(&format!("{}@{}\n", to.without_digest(), pushed.digest))?;
            }
            None => Printer::data(&format!("{}\n", built.bundle.top.digest))?,
        }
        Ok(Outcome::Done)
    })
}

/// Pushes what was built.
pub async fn push(
    built: &Built,
    to: &ImageRef,
    supply: &Supply<'_>,
    show: &Show,
) -> Result<Pushed, CliError> {
    let pushed = supply.registry.push(&built.bundle, to, supply.credentials, show).await;
    pushed.map_err(|error| CliError::Environment { message: format!("{to}: {error}"), hint: None })
}

/// `SOURCE_DATE_EPOCH`, where it is set.
pub fn epoch() -> Result<Option<u64>, CliError> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    seconds.map(Some).ok_or_else(|| {
        let message = format!("SOURCE_DATE_EPOCH is {}", quoted(&text.to_string_lossy()));
        CliError::usage(message, "set it to seconds since 1970, or not at all".to_owned())
    })
}

pub fn reference(text: &str) -> Result<ImageRef, CliError> {
    text.parse().map_err(|invalid: crate::types::Invalid| CliError::usage(invalid.problem, invalid.fix))
}

fn is_archive(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "tar")
}

/// Refuses what must stay as it is where an image is to be written: a build takes its time, and would be for nothing.
fn look(path: &Path) -> Result<(), CliError> {
    let room = if is_archive(path) {
        Bundle::room_for_archive(path, Some(TAG))
    } else {
        Bundle::room_for_layout(path).map(drop)
    };
    room.map_err(|error| unwritten(&error, path))
}

fn write(built: &Built, path: &Path) -> Result<(), CliError> {
    let result = if is_archive(path) {
        built.bundle.write_archive(path, Some(TAG))
    } else {
        built.bundle.write_layout(path, Some(TAG))
    };
    result.map_err(|error| unwritten(&error, path))
}

fn unwritten(error: &image::Error, path: &Path) -> CliError {
    let message = error.to_string();
    match error {
        image::Error::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            CliError::unwritable(path, "--out", source)
        }
        image::Error::Foreign { .. } => {
            CliError::refused(message, "move it away, or name another place with --out".to_owned())
        }
        _ => CliError::Environment { message, hint: None },
    }
}

/// Says what came out, and what has to be known of it.
pub fn tell(built: &Built, printer: Printer) {
    for root in &built.roots {
        let lock = &built.lock.roots[&root.architecture];
        let layer = match root.layer {
            Some(size) => format!("a layer of {} KiB", size.div_ceil(1024)),
            None => "no layer: nothing differs from the base".to_owned(),
        };
        printer.line(&format!(
            "{}: OpenWrt {} ({}), {} packages added, {} removed, {layer}",
            root.architecture,
            root.release.version,
            root.release.architecture,
            lock.install.len(),
            lock.remove.len()
        ));
        for feed in lock.feeds.iter().filter(|feed| feed.unsigned) {
            printer.line(&format!(
                "  the feed {} ({}) is not signed: whoever can change it, or the way to it, decides what is installed",
                shown::line(&feed.name),
                shown::line(&feed.place)
            ));
        }
        tell_unknown(root, printer);
        for note in &root.notes {
            printer.line(&format!("  {}", shown::line(&sentence(note))));
        }
        if !root.host_modules.is_empty() {
            let modules = root.host_modules.join(", ");
            printer.line(&format!("  the node must have these kernel modules: {modules}"));
        }
    }
}

/// Says which packages were to be removed and cannot be, since nothing is called so.
pub fn tell_unknown(root: &BuiltRoot, printer: Printer) {
    for (name, nearest) in &root.unknown {
        let meant =
            nearest.as_ref().map(|nearest| format!("; did you mean `-{nearest}`?")).unwrap_or_default();
        let text = format!("nothing to remove: neither the base nor a feed has a package `{name}`{meant}");
        printer.line(&format!("  {}", shown::line(&text)));
    }
}

fn sentence(note: &Note) -> String {
    match note {
        Note::LeftOut { package, path } => {
            format!("{package}: {path} is left out: a pod has a /tmp of its own")
        }
        Note::Kept { package, path, aside } => {
            format!(
                "{package}: {path} of the base is not as the package has it, and stays; the package's own is {aside}"
            )
        }
        Note::Stays { package, path } => {
            format!("{package} has {path} no more: it was changed in the base and stays")
        }
        Note::AtBoot { package } => format!("{package}: its own script runs at the first boot, not now"),
    }
}
