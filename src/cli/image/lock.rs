//! `wrtpod image lock`.

use std::io::Write as _;

use super::args::LockArgs;
use super::build::{epoch, tell_unknown};
use super::failed;
use super::recipe::{load, refuse_other};
use super::show::Show;
use super::supply::Stock;
use crate::build::{self, Request};
use crate::cli::cluster::block_on;
use crate::cli::error::{CliError, Outcome};
use crate::cli::printer::Printer;
use crate::shown;
use crate::temporary::{self, Draft};

/// Runs the verb. What the lock names is fetched too, so that a later build can be made without a network.
pub fn run(args: &LockArgs, printer: Printer) -> Result<Outcome, CliError> {
    let chosen = load(&args.recipe, args.lock.as_deref(), printer)?;
    refuse_other(&chosen.lock)?;
    let unwritable = |error: &std::io::Error| CliError::unwritable(&chosen.lock, "--lock", error);
    temporary::room_for(&chosen.lock).map_err(|error| unwritable(&error))?;
    let request = Request::new(&chosen.recipe, &chosen.sources).map_err(failed)?;
    let stock = Stock::new(&args.recipe.supply, printer)?;
    let built = block_on(async {
        let only = args.recipe.arch.as_deref();
        let supply = stock.supply();
        build::build(&request, None, only, epoch()?, &supply, &mut Show::new(printer, "resolving the recipe"))
            .await
            .map_err(failed)
    })?;
    let mut file = Draft::new(temporary::folder_of(&chosen.lock)).map_err(|error| unwritable(&error))?;
    file.write_all(built.lock.text().as_bytes()).map_err(|error| unwritable(&error))?;
    file.persist(&chosen.lock).map_err(|error| unwritable(&error))?;
    for root in &built.roots {
        let locked = &built.lock.roots[&root.architecture];
        printer.line(&format!(
            "{}: {} packages to install, {} to remove, {} kernel modules of the node",
            root.architecture,
            locked.install.len(),
            locked.remove.len(),
            locked.host_modules.len()
        ));
        tell_unknown(root, printer);
    }
    printer.line(&format!("wrote {}", shown::path(&chosen.lock)));
    Ok(Outcome::Done)
}
