//! The catalog's charts in `charts/`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wrtpod::catalog::{ENTRIES, EXAMPLE_SITE, EXAMPLE_SITE_NAME, IMAGES};
use wrtpod::chart::{Defaults, Version, chart};
use wrtpod::diag::{Diagnostics, SourceMap};
use wrtpod::spec::{Input, Request};
use wrtpod::{overlay, plan, spec};

/// Where they lie.
pub const FOLDER: &str = "charts";

/// Every file of every chart, each entry alone on the example site, for any place. Their version is wrtpod's: what they hold follows
/// from that alone.
pub fn files() -> Result<BTreeMap<PathBuf, String>> {
    let mut files = BTreeMap::new();
    let inputs = [Input { name: EXAMPLE_SITE_NAME.to_owned(), text: EXAMPLE_SITE.to_owned() }];
    for entry in ENTRIES {
        let named = [entry.name.to_owned()];
        let request = Request {
            inputs: &inputs,
            named: &named,
            catalog: ENTRIES,
            images: IMAGES,
            ..Request::default()
        };
        let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
        let documents = spec::load(&request, &mut sources, &mut diags);
        let overlays = overlay::gather(&documents, &mut sources, &mut diags);
        let plan = plan::decide(&documents, &overlays, &mut diags);
        let plan = plan.with_context(|| format!("{} has no plan", entry.name))?;
        let appliance = plan.appliances.iter().find(|appliance| *appliance.name == entry.name);
        let appliance = appliance.with_context(|| format!("{} is not planned", entry.name))?;
        let chart = chart(&documents, &overlays, appliance, Defaults::AnyPlace, &Version::Program)
            .map_err(|finding| anyhow!("{}: {}", entry.name, finding.claim))?;
        for (path, text) in chart.files {
            files.insert(Path::new(FOLDER).join(&chart.name).join(path), text);
        }
    }
    Ok(files)
}
