//! `wrtpod image verify`.

use super::args::VerifyArgs;
use super::diff::bundle;
use super::supply::Stock;
use crate::cli::cluster::block_on;
use crate::cli::error::{CliError, Outcome};
use crate::cli::printer::Printer;
use crate::image;

/// Runs the verb: every fault is a line.
pub fn run(args: &VerifyArgs, printer: Printer) -> Result<Outcome, CliError> {
    let stock = Stock::new(&args.supply, printer)?;
    let bundle = block_on(bundle(&args.image, &stock, printer))?;
    let faults = image::faults(&bundle);
    for fault in &faults {
        Printer::told(&format!("{fault}\n"))?;
    }
    if faults.is_empty() {
        let (manifests, blobs) = (bundle.documents.len(), bundle.blobs.len());
        printer.line(&format!(
            "{}: {manifests} manifests and {blobs} blobs are what their digests say",
            args.image
        ));
        Printer::data(&format!("{}\n", bundle.top.digest))?;
        return Ok(Outcome::Done);
    }
    Ok(Outcome::Found)
}
