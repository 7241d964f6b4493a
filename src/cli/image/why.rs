//! `wrtpod image why`.

use super::args::WhyArgs;
use super::failed;
use super::recipe::load;
use super::show::Show;
use super::supply::Stock;
use crate::build::{self, Request};
use crate::cli::cluster::block_on;
use crate::cli::error::{CliError, Outcome};
use crate::cli::printer::Printer;
use crate::shown;

/// Runs the verb: chains from what was asked for to the package, one a line.
pub fn run(args: &WhyArgs, printer: Printer) -> Result<Outcome, CliError> {
    let chosen = load(&args.recipe, None, printer)?;
    let request = Request::new(&chosen.recipe, &chosen.sources).map_err(failed)?;
    let stock = Stock::new(&args.recipe.supply, printer)?;
    let (all, told) = block_on(async {
        let only = args.recipe.arch.as_deref();
        let mut show = Show::new(printer, "resolving the recipe");
        Ok(build::why(&request, &args.package, only, &stock.supply(), &mut show).await)
    })?;
    let mut outcome = Outcome::Done;
    for (architecture, chains) in &all {
        if chains.is_empty() {
            Printer::told(&format!("{architecture}: {} is not in the image\n", args.package))?;
            outcome = Outcome::Found;
        }
        for chain in chains {
            Printer::told(&format!("{architecture}: {}\n", shown::line(&chain.join(" → "))))?;
        }
    }
    told.map_err(failed)?;
    Ok(outcome)
}
