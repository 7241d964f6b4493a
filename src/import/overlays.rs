//! Overlays: those that come with wrtpod are named; of others, the folder is not among the values.

use super::Request;
use super::unmapped::not_imported;
use super::values::Values;
use crate::diag::{Diagnostics, Loc};

/// The overlays that the document can name. Of the others, and of those of the image, it is told.
pub fn named(values: &Values, request: &Request<'_>, diagnostics: &mut Diagnostics) -> Vec<Loc<String>> {
    if let Some(first) = values.image.overlays.first() {
        let why = "overlays come with an Image, which brings their settings, capabilities and devices";
        let help = "write `build` with the Image that the image is built from";
        not_imported(diagnostics, "image.overlays", first.span, why, help);
    }
    let mut named = Vec::new();
    for (index, overlay) in values.overlays.iter().enumerate() {
        if request.overlays.contains(&overlay.as_str()) {
            named.push(overlay.clone());
            continue;
        }
        let why = "it does not come with wrtpod, and its folder is not among the values";
        let help = match request.chart {
            Some(_) => format!(
                "write its folder, from `files/overlays/{}.yaml` of the chart, and name that",
                overlay.value
            ),
            None => "name its folder under `overlays` of the appliance".to_owned(),
        };
        not_imported(diagnostics, &format!("overlays[{index}]"), overlay.span, why, &help);
    }
    named
}
