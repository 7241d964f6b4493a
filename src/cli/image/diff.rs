//! `wrtpod image diff`.

use std::fmt::Write as _;
use std::path::Path;

use super::args::ImageDiffArgs;
use super::supply::Stock;
use super::{build, failed};
use crate::build::Difference;
use crate::cli::cluster::block_on;
use crate::cli::error::{CliError, Outcome};
use crate::cli::image::show::Show;
use crate::cli::printer::Printer;
use crate::image::{Base, Bundle, Platform};
use crate::shown;

/// Runs the verb: packages first, then files, one a line; `-` only before, `+` only after, `~` in both and not the same.
pub fn run(args: &ImageDiffArgs, printer: Printer) -> Result<Outcome, CliError> {
    let stock = Stock::new(&args.supply, printer)?;
    let platform = args.arch.as_deref().map(|arch| {
        Platform::of_kubernetes(arch).ok_or_else(|| {
            let hint = "write Kubernetes' name of it, such as amd64".to_owned();
            CliError::usage(format!("`{}` is no architecture", shown::line(arch)), hint)
        })
    });
    let platform = platform.transpose()?;
    let open = |name: &str| -> Result<Base, CliError> {
        let bundle = block_on(bundle(name, &stock, printer))?;
        Base::of_bundle(name, &bundle, platform.as_ref()).map_err(failed)
    };
    let difference: Difference =
        crate::build::compare(&open(&args.before)?, &open(&args.after)?).map_err(failed)?;
    let mut text = String::new();
    for (name, (before, after)) in &difference.packages {
        // The text takes all that is written to it.
        let _ = match (before, after) {
            (Some(before), None) => writeln!(text, "- package {} {}", shown::line(name), shown::line(before)),
            (None, Some(after)) => writeln!(text, "+ package {} {}", shown::line(name), shown::line(after)),
            (before, after) => {
                let version = |version: &Option<String>| {
                    shown::line(version.as_deref().unwrap_or_default()).into_owned()
                };
                writeln!(text, "~ package {} {} → {}", shown::line(name), version(before), version(after))
            }
        };
    }
    for (path, change) in &difference.files {
        let _ = writeln!(text, "{change} {}", shown::line(&path.to_string()));
    }
    Printer::told(&text)?;
    Ok(if difference.is_empty() { Outcome::Done } else { Outcome::Found })
}

/// An image from a layout, an archive or a registry, with all its blobs.
pub async fn bundle(name: &str, stock: &Stock, printer: Printer) -> Result<Bundle, CliError> {
    let path = Path::new(name);
    let from_disk = |result: Result<Bundle, crate::image::Error>| result.map_err(failed);
    if path.is_dir() {
        return from_disk(Bundle::read_layout(path, None));
    }
    if path.is_file() {
        return from_disk(Bundle::read_archive(path, None));
    }
    if name.starts_with(['.', '/']) {
        let message = format!("there is no layout or archive `{}`", shown::line(name));
        return Err(CliError::refused(message, "write a path that is there, or a reference".to_owned()));
    }
    let image = build::reference(name)?;
    crate::build::pull_all(&image, &stock.supply(), &mut Show::new(printer, format!("fetching {image}")))
        .await
        .map_err(failed)
}
