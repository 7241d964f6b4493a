//! `wrtpod doctor`: what a deploy would fail of on this cluster.

use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::args::{ClusterArgs, DocumentArgs, ReportFormat};
use super::cluster::{block_on, connect, releases};
use super::error::{CliError, Outcome};
use super::load::{Loaded, WithoutSite, load};
use super::printer::Printer;
use super::progress::Show;
use super::table::table;
use super::{complete, obstacles, report};
use crate::cluster::{Check, CheckState, DoctorReport, Raised};
use crate::diag::{self, Severity};

/// `wrtpod doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Appliances of the site, or catalog entries; all of the site's when none is named
    #[arg(value_name = "NAME", add = complete::appliances())]
    pub names: Vec<String>,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Cluster
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Form of the answer
    #[arg(short, long, value_enum, default_value_t = ReportFormat::Table, value_name = "FORMAT")]
    pub output: ReportFormat,
}

/// Runs the verb.
pub fn run(args: &DoctorArgs, printer: Printer) -> Result<Outcome, CliError> {
    let loaded = load(&args.documents, &args.names, WithoutSite::Refuse, printer)?;
    let releases = releases(&loaded);
    let report = block_on(async {
        let cluster = connect(&args.cluster, printer).await?;
        let mut show = Show::new(printer, "asking the API server what is there");
        Ok(cluster.doctor(&releases, &mut show).await?)
    })?;
    match args.output {
        ReportFormat::Table => {
            Printer::told(&checks(&report))?;
            obstacles::tell(&report.findings, &loaded, printer);
        }
        ReportFormat::Json => Printer::data(&report::json(&Told::new(&report, &loaded)))?,
        ReportFormat::Yaml => Printer::data(&report::yaml(&Told::new(&report, &loaded)))?,
    }
    printer.line(&summary(&report));
    Ok(if report.findings.iter().any(is_found) { Outcome::Found } else { Outcome::Done })
}

fn checks(report: &DoctorReport) -> String {
    let row = |check: &Check| vec![check.check.to_owned(), check.of.clone(), check.state.to_string()];
    table(&["CHECK", "OF", "STATE"], &report.checks.iter().map(row).collect::<Vec<_>>())
}

fn summary(report: &DoctorReport) -> String {
    let found = report.findings.iter().filter(|finding| is_found(finding)).count();
    let unknown = report.checks.iter().filter(|check| check.state == CheckState::Unknown).count();
    let mut parts = vec![format!("{} checks", report.checks.len())];
    parts.push(if found == 0 { "nothing found".to_owned() } else { format!("{found} found") });
    if unknown > 0 {
        parts.push(format!("{unknown} could not be looked at"));
    }
    parts.join(", ")
}

/// Notes are worth knowing, and no finding.
fn is_found(raised: &Raised) -> bool {
    raised.obstacle.finding().severity != Severity::Note
}

/// The report as machines read it.
#[derive(Serialize)]
struct Told<'a> {
    checks: &'a [Check],
    findings: Vec<Value>,
}

impl<'a> Told<'a> {
    fn new(report: &'a DoctorReport, loaded: &Loaded) -> Self {
        let told = |raised| diag::value(&obstacles::finding(raised, loaded), &loaded.sources);
        Self { checks: &report.checks, findings: report.findings.iter().map(told).collect() }
    }
}
