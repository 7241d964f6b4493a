//! `wrtpod deploy --build`: the images of appliances, built and pushed before they are deployed.

use std::collections::BTreeMap;

use super::args::SupplyArgs;
use super::build::{epoch, push, tell};
use super::failed;
use super::show::Show;
use super::supply::Stock;
use crate::build::{self, Request};
use crate::cli::error::CliError;
use crate::cli::load::Loaded;
use crate::cli::printer::Printer;
use crate::types::{Digest, ImageRef};

/// Builds what the chosen appliances are built from, each image once, and pushes it to the reference that they run. Gives the
/// digests behind those references.
pub async fn build_all(
    loaded: &Loaded,
    supply: &SupplyArgs,
    printer: Printer,
) -> Result<BTreeMap<ImageRef, Digest>, CliError> {
    let wanted: BTreeMap<&ImageRef, &str> = loaded
        .chosen()
        .filter_map(|(appliance, _)| Some((&appliance.image.value, appliance.build.as_ref()?.value.as_str())))
        .collect();
    if wanted.is_empty() {
        let hint = "say what it is built from and where it goes: `--set build=openwrt-luci --set image=REGISTRY/NAME:TAG`";
        return Err(CliError::refused("no appliance here has `build`", hint.to_owned()));
    }
    let stock = Stock::new(supply, printer)?;
    let mut digests = BTreeMap::new();
    for (image, name) in wanted {
        let recipe = loaded.recipes.iter().find(|recipe| recipe.name.value == name);
        let recipe = recipe.expect("a `build` that names no Image was refused");
        let request = Request::for_build(recipe, &loaded.sources).map_err(failed)?;
        let mut show = Show::new(printer, format!("resolving the recipe {name}"));
        let built =
            build::build(&request, None, None, epoch()?, &stock.supply(), &mut show).await.map_err(failed)?;
        let pushed = push(&built, image, &stock.supply(), &show).await?;
        drop(show);
        tell(&built, printer);
        printer.line(&pushed.sentence(image));
        digests.insert(image.without_digest(), pushed.digest);
    }
    Ok(digests)
}
