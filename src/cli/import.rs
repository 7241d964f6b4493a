//! `wrtpod import`: documents from the values of a chart, judged before they are shown.

use std::fs::File;
use std::path::{Path, PathBuf};

use clap::Args;

use super::args::DocumentArgs;
use super::complete;
use super::error::{CliError, Outcome};
use super::load;
use super::new_file;
use super::printer::Printer;
use crate::catalog;
use crate::chart::unpack;
use crate::diag::{Diagnostics, SourceMap};
use crate::import::{self, Chart, Request};
use crate::objects::ScriptsOwner;
use crate::overlay;
use crate::shown;
use crate::spec::Input;
use crate::types::Name;

/// `wrtpod import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Values of the release, as `helm get values --all -o yaml` prints them, or those that differ from the
    /// chart's; `-` is stdin
    #[arg(long, value_name = "FILE")]
    pub helm: PathBuf,
    /// Folder or archive of the chart that the values are for
    #[arg(long, value_name = "PATH")]
    pub chart: Option<PathBuf>,
    /// Catalog entry that the chart was made from [default: the one that the chart names]
    #[arg(long, value_name = "NAME", add = complete::entries())]
    pub from: Option<String>,
    /// Name of the release [default: the chart's]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Namespace of the release [default: default]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// File to write; an existing one is never overwritten [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Runs the verb.
pub fn run(args: &ImportArgs, printer: Printer) -> Result<Outcome, CliError> {
    let name = parse("--name", args.name.as_deref())?;
    let namespace = parse("--namespace", args.namespace.as_deref())?;
    let values = load::read_input(&args.helm)?;
    let chart = args.chart.as_deref().map(chart).transpose()?;
    let overlays: Vec<&str> = overlay::EMBEDDED.iter().map(|overlay| overlay.name).collect();
    let request = Request {
        values: &values,
        chart: chart.as_ref(),
        from: args.from.as_deref(),
        name: name.as_ref(),
        namespace: namespace.as_ref(),
        catalog: catalog::ENTRIES,
        overlays: &overlays,
    };
    let (mut sources, mut diags) = (SourceMap::new(), Diagnostics::new());
    let documents = import::import(&request, &mut sources, &mut diags);
    printer.documents(&diags, &sources);
    let documents = documents.ok_or(CliError::Input)?;
    let input = Input { name: "<imported>".to_owned(), text: documents };
    load::judge(
        std::slice::from_ref(&input),
        &DocumentArgs::default(),
        &[],
        ScriptsOwner::of_rendered,
        printer,
    )?;
    match &args.out {
        None => Printer::data(&input.text)?,
        Some(path) => new_file::write(path, &input.text, printer)?,
    }
    Ok(Outcome::Done)
}

fn parse(flag: &str, text: Option<&str>) -> Result<Option<Name>, CliError> {
    text.map(str::parse).transpose().map_err(|invalid| CliError::flag(flag, invalid))
}

/// What is read of a chart, a folder or an archive.
fn chart(path: &Path) -> Result<Chart, CliError> {
    if path.is_dir() {
        return Ok(Chart {
            metadata: load::read_input(&path.join("Chart.yaml"))?,
            values: load::read_input(&path.join("values.yaml"))?,
        });
    }
    let file = File::open(path).map_err(|error| CliError::file(path, "read", &error))?;
    let unpacked = unpack(file).map_err(|error| {
        let hint = "name the folder of a chart, or what `wrtpod chart NAME --package` or `helm pull` wrote";
        CliError::refused(format!("`{}` {error}", shown::path(path)), hint.to_owned())
    })?;
    let inside = |input: Input| Input { name: path.join(input.name).display().to_string(), ..input };
    Ok(Chart { metadata: inside(unpacked.metadata), values: inside(unpacked.values) })
}
