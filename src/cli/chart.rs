//! `wrtpod chart`: Helm charts, as folders, archives or in a registry.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::args::ChartArgs;
use super::cluster::block_on;
use super::credentials;
use super::error::{CliError, Outcome};
use super::load::{Loaded, WithoutSite, inputs, judge};
use super::printer::Printer;
use crate::catalog;
use crate::chart::{self, Chart};
use crate::diag::Diagnostics;
use crate::image::Bundle;
use crate::registry::{Client, Limits};
use crate::types::ImageRef;

/// Runs the verb. What was written or pushed goes to stdout, a line each.
pub fn run(args: &ChartArgs, printer: Printer) -> Result<Outcome, CliError> {
    let place = args.push.as_deref().map(place).transpose()?;
    let charts = charts(args, printer)?;
    let out = match (&args.out, &place) {
        (Some(folder), _) => Some(folder.clone()),
        (None, None) => Some(PathBuf::from(".")),
        (None, Some(_)) => None,
    };
    if let Some(folder) = out {
        for chart in &charts {
            let path =
                if args.package { write_archive(chart, &folder)? } else { write_folder(chart, &folder)? };
            Printer::data(&format!("{}\n", path.display()))?;
        }
    }
    if let Some(place) = place {
        let client = Client::new(Limits::default()).without_tls(args.insecure_registry.clone());
        let credentials = credentials::of_user(printer);
        for chart in &charts {
            let to = reference(&place, &chart.name)?;
            let pushed = block_on(async {
                let pushed = client.push(&bundle(chart), &to, &credentials, &()).await;
                pushed
                    .map_err(|error| CliError::Environment { message: format!("{to}: {error}"), hint: None })
            })?;
            Printer::line(&pushed.sentence(&to));
            Printer::data(&format!("oci://{}@{}\n", to.without_digest(), pushed.digest))?;
        }
    }
    Ok(Outcome::Done)
}

/// The charts that were asked for. An entry of the catalog stands alone on its site: what other entries take there is
/// none of its chart's business.
fn charts(args: &ChartArgs, printer: Printer) -> Result<Vec<Chart>, CliError> {
    let read = inputs(&args.documents, WithoutSite::Example, printer)?;
    let of_catalog = args.all && read.iter().all(|input| input.name == catalog::EXAMPLE_SITE_NAME);
    if !of_catalog {
        return of_loaded(&judge(&read, &args.documents, &args.names, printer)?, printer);
    }
    let mut charts = Vec::new();
    for entry in catalog::ENTRIES {
        let loaded = judge(&read, &args.documents, &[entry.name.to_owned()], printer)?;
        charts.extend(of_loaded(&loaded, printer)?);
    }
    Ok(charts)
}

fn of_loaded(loaded: &Loaded, printer: Printer) -> Result<Vec<Chart>, CliError> {
    let mut diags = Diagnostics::new();
    let mut charts = Vec::new();
    for (appliance, _) in loaded.chosen() {
        match chart::chart(&loaded.documents, &loaded.overlays, appliance) {
            Ok(chart) => charts.push(chart),
            Err(finding) => diags.push(finding),
        }
    }
    printer.diagnostics(&diags, &loaded.sources);
    if diags.has_errors() { Err(CliError::Input) } else { Ok(charts) }
}

fn place(text: &str) -> Result<String, CliError> {
    let place =
        text.strip_prefix("oci://").map(|rest| rest.trim_end_matches('/')).filter(|rest| !rest.is_empty());
    let wrong = || {
        let hint =
            "write oci:// and the registry, and a path if it has one: oci://registry.lan/charts".to_owned();
        CliError::usage(format!("`{text}` is no place for charts"), hint)
    };
    place.map(str::to_owned).ok_or_else(wrong)
}

/// Where Helm looks for a chart in a registry: below the place, under its name, with its version as the tag.
fn reference(place: &str, name: &str) -> Result<ImageRef, CliError> {
    let reference = format!("{place}/{name}:{}", chart::VERSION);
    reference.parse().map_err(|invalid: crate::types::Invalid| CliError::usage(invalid.problem, invalid.fix))
}

/// A chart as registries have it: its metadata as the configuration, its archive as the only layer.
fn bundle(chart: &Chart) -> Bundle {
    let annotation = |key: &str, field: &str| {
        let text = chart.metadata.get(field).and_then(serde_json::Value::as_str).unwrap_or_default();
        (format!("org.opencontainers.image.{key}"), text.to_owned())
    };
    let annotations = BTreeMap::from([
        annotation("title", "name"),
        annotation("version", "version"),
        annotation("description", "description"),
    ]);
    Bundle::artifact(
        (chart::CONFIG_TYPE, chart.metadata.to_string().into_bytes()),
        (chart::CONTENT_TYPE, chart::package(chart)),
        annotations,
    )
}

fn write_archive(chart: &Chart, folder: &Path) -> Result<PathBuf, CliError> {
    std::fs::create_dir_all(folder).map_err(|error| CliError::file(folder, "make", &error))?;
    let path = folder.join(format!("{}-{}.tgz", chart.name, chart::VERSION));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&chart::package(chart))?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|error| CliError::file(&path, "write", &error))?;
    Ok(path)
}

/// Writes `FOLDER/NAME`. A chart that wrtpod wrote there before is replaced as a whole; anything else is left alone.
fn write_folder(chart: &Chart, folder: &Path) -> Result<PathBuf, CliError> {
    let path = folder.join(&chart.name);
    let is_ours =
        std::fs::read_to_string(path.join("Chart.yaml")).is_ok_and(|text| text.starts_with(chart::MARK));
    let is_empty = std::fs::read_dir(&path).map_or(true, |mut entries| entries.next().is_none());
    if !is_ours && !is_empty {
        let hint = "name another folder with --out";
        return Err(CliError::refused(
            format!("`{}` holds files that wrtpod did not write", path.display()),
            hint.to_owned(),
        ));
    }
    let failed = |error: std::io::Error| CliError::file(&path, "write", &error);
    std::fs::create_dir_all(folder).map_err(failed)?;
    let stage = tempfile::Builder::new().prefix(".wrtpod-").tempdir_in(folder).map_err(failed)?;
    for (name, text) in &chart.files {
        let file = stage.path().join("new").join(name);
        let parent = file.parent().expect("a file of a chart lies in a folder");
        std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&file, text)).map_err(failed)?;
    }
    if path.exists() {
        std::fs::rename(&path, stage.path().join("old")).map_err(failed)?;
    }
    std::fs::rename(stage.path().join("new"), &path).map_err(failed)?;
    Ok(path)
}
