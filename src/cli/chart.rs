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
use super::written;
use crate::catalog;
use crate::chart::{self, Chart, Defaults, Version};
use crate::diag::Diagnostics;
use crate::image::Bundle;
use crate::objects::ScriptsOwner;
use crate::plan;
use crate::registry::{Client, Limits};
use crate::shown;
use crate::sink::{self, File};
use crate::spec::Input;
use crate::temporary::Draft;
use crate::types::{ImageRef, quoted, refuse_users};

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
            let path = if args.package {
                write_archive(chart, &folder)?
            } else {
                write_folder(chart, &folder, printer)?
            };
            Printer::data(&format!("{}\n", path.display()))?;
        }
    }
    if let Some(place) = place {
        let client = Client::new(Limits::default()).without_tls(args.insecure_registry.clone());
        let credentials = credentials::of_user(printer);
        for chart in &charts {
            let to = reference(&place, chart)?;
            let pushed = block_on(async {
                let pushed = client.push(&bundle(chart), &to, &credentials, &()).await;
                pushed
                    .map_err(|error| CliError::Environment { message: format!("{to}: {error}"), hint: None })
            })?;
            printer.line(&pushed.sentence(&to));
            Printer::data(&format!("oci://{}@{}\n", to.without_digest(), pushed.digest))?;
        }
    }
    Ok(Outcome::Done)
}

/// The charts that were asked for. An entry of the catalog stands alone on its site: what other entries take there is
/// none of its chart's business.
fn charts(args: &ChartArgs, printer: Printer) -> Result<Vec<Chart>, CliError> {
    let read = inputs(&args.documents, WithoutSite::Example, printer)?;
    let kind = Kind::of(args, &read)?;
    if kind.defaults == Defaults::AnyPlace {
        printer.note_last("the chart is for any place: what only yours knows is empty, and README.md has the file to fill in");
    }
    let of_catalog = args.all && kind.is_example;
    if !of_catalog {
        let loaded = judge(&read, &args.documents, &args.names, ScriptsOwner::of_rendered, printer)?;
        if !args.show_secrets {
            refuse_secrets(&loaded)?;
        }
        return of_loaded(&loaded, &kind, printer);
    }
    let mut charts = Vec::new();
    for entry in catalog::ENTRIES {
        let names = [entry.name.to_owned()];
        let loaded = judge(&read, &args.documents, &names, ScriptsOwner::of_rendered, printer)?;
        charts.extend(of_loaded(&loaded, &kind, printer)?);
    }
    Ok(charts)
}

/// Secrets that stand in documents would be defaults of the chart, for everybody who reads it.
fn refuse_secrets(loaded: &Loaded) -> Result<(), CliError> {
    for (appliance, _) in loaded.chosen() {
        let name = &appliance.name.value;
        let mut documents = loaded.documents.appliances.iter();
        let document = documents.find(|document| document.metadata.name.as_str() == name.as_str());
        let literals = document.map(|document| plan::literal_secrets(&document.spec)).unwrap_or_default();
        let paths: Vec<&str> = literals.iter().map(|literal| literal.path.as_str()).collect();
        if !paths.is_empty() {
            let message = format!(
                "the document of `{name}` holds secrets, and its chart would too: {}",
                paths.join(", ")
            );
            let hint = "write `secretKeyRef` in their place (`wrtpod explain secret-literal`), or --show-secrets \
                        to have them in the chart";
            return Err(CliError::refused(message, hint.to_owned()));
        }
    }
    Ok(())
}

/// What the charts are made for, and under which version.
struct Kind {
    defaults: Defaults,
    version: Version,
    /// Whether the documents are the example site alone.
    is_example: bool,
}

impl Kind {
    /// The example site is nobody's place. What somebody said of a site, in a file or by `--set`, is theirs, and what comes of
    /// anybody's words is no longer what this version of wrtpod alone says.
    fn of(args: &ChartArgs, read: &[Input]) -> Result<Self, CliError> {
        let is_example = read.iter().all(|input| input.name == catalog::EXAMPLE_SITE_NAME);
        let sets = &args.documents.sets;
        let says_place = sets.iter().any(|set| set.starts_with("site."));
        let defaults = if is_example && !says_place { Defaults::AnyPlace } else { Defaults::OfSite };
        let stated = args.chart_version.as_ref().map(|text| text.parse());
        let stated = stated.transpose().map_err(|invalid| CliError::flag("--chart-version", invalid))?;
        let version = match stated {
            Some(version) => Version::Stated(version),
            None if is_example && sets.is_empty() => Version::Program,
            None => Version::Content,
        };
        Ok(Self { defaults, version, is_example })
    }
}

fn of_loaded(loaded: &Loaded, kind: &Kind, printer: Printer) -> Result<Vec<Chart>, CliError> {
    let mut diags = Diagnostics::new();
    let mut charts = Vec::new();
    for (appliance, _) in loaded.chosen() {
        match chart::chart(&loaded.documents, &loaded.overlays, appliance, kind.defaults, &kind.version) {
            Ok(chart) => charts.push(chart),
            Err(finding) => diags.push(finding),
        }
    }
    printer.diagnostics(&diags, &loaded.sources);
    if diags.has_errors() { Err(CliError::Input) } else { Ok(charts) }
}

fn place(text: &str) -> Result<String, CliError> {
    refuse_users(text).map_err(|invalid| CliError::flag("--push", invalid))?;
    let place = text.strip_prefix("oci://").map_or("", |rest| rest.trim_end_matches('/'));
    let is_place = |place: &str| !place.is_empty() && format!("{place}/chart:1").parse::<ImageRef>().is_ok();
    if is_place(place) {
        return Ok(place.to_owned());
    }
    let lower = place.to_lowercase();
    let hint = if is_place(&lower) {
        format!("write it in lower case: oci://{lower}")
    } else {
        "write oci:// and the registry, and a path if it has one: oci://registry.lan/charts".to_owned()
    };
    Err(CliError::usage(format!("--push: {} is no place for charts", quoted(text)), hint))
}

/// Where Helm looks for a chart in a registry: below the place, under its name, with its version as the tag.
fn reference(place: &str, chart: &Chart) -> Result<ImageRef, CliError> {
    let reference = format!("{place}/{}:{}", chart.name, chart::tag(chart.version()));
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
    let path = folder.join(format!("{}-{}.tgz", chart.name, chart.version()));
    if path.exists() && !is_own_archive(&path) {
        let hint = "move it away, or name another folder with --out".to_owned();
        return Err(CliError::refused(
            format!("`{}` is no chart that wrtpod wrote", shown::path(&path)),
            hint,
        ));
    }
    let write = || -> std::io::Result<()> {
        let mut file = Draft::new(folder)?;
        file.write_all(&chart::package(chart))?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|error| CliError::file(&path, "write", &error))?;
    Ok(path)
}

fn is_own_archive(path: &Path) -> bool {
    let unpacked = std::fs::File::open(path).ok().and_then(|file| chart::unpack(file).ok());
    unpacked.is_some_and(|chart| chart.metadata.text.starts_with(chart::MARK))
}

/// Writes `FOLDER/NAME`. What somebody else put there stays.
fn write_folder(chart: &Chart, folder: &Path, printer: Printer) -> Result<PathBuf, CliError> {
    let path = folder.join(&chart.name);
    put_older_aside(&path, printer)?;
    let file = |text: &String| File { text: text.clone(), of: None };
    let files = chart.files.iter().map(|(name, text)| (name.clone(), file(text))).collect();
    let written = sink::write_files(&path, &files, &[]).map_err(|error| written::refusal(&error))?;
    written::tell(&path, &written, printer);
    Ok(path)
}

/// A chart of wrtpod 0.1, which kept no list of its files: nobody can tell its own from the user's.
fn put_older_aside(path: &Path, printer: Printer) -> Result<(), CliError> {
    let is_ours =
        std::fs::read_to_string(path.join("Chart.yaml")).is_ok_and(|text| text.starts_with(chart::MARK));
    if !is_ours || path.join(sink::LIST).exists() {
        return Ok(());
    }
    let aside = path.with_extension("before");
    if aside.exists() {
        let hint = format!("take what is yours out of `{}`, and remove it", shown::path(&aside));
        return Err(CliError::refused(format!("`{}` is in the way", shown::path(&aside)), hint));
    }
    std::fs::rename(path, &aside).map_err(|error| CliError::file(path, "move", &error))?;
    printer.note(&format!(
        "`{}` was written by a wrtpod that kept no list of its files: it is `{}` now; move what is yours back",
        shown::path(path),
        shown::path(&aside)
    ));
    Ok(())
}
