//! `wrtpod doctor`: what a deploy would fail of on this cluster.

mod places;

use clap::Args;
use serde::Serialize;

use super::args::{ClusterArgs, DocumentArgs, ReportFormat};
use super::cluster::{block_on, connect, releases};
use super::complete;
use super::error::{CliError, Outcome};
use super::load::{Loaded, WithoutSite, load};
use super::printer::Printer;
use super::progress::Show;
use super::report;
use super::table::table;
use crate::cluster::{Check, CheckState, DoctorReport, Finding, Gravity};
use crate::diag::{Diagnostic, Diagnostics, Severity};

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
            let mut diagnostics = Diagnostics::new();
            diagnostics.extend(report.findings.iter().map(|finding| diagnostic(finding, &loaded)));
            printer.diagnostics(&diagnostics, &loaded.sources);
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
fn is_found(finding: &Finding) -> bool {
    finding.obstacle.gravity() > Gravity::Note
}

fn diagnostic(finding: &Finding, loaded: &Loaded) -> Diagnostic {
    let obstacle = &finding.obstacle;
    let severity = match obstacle.gravity() {
        Gravity::Note => Severity::Note,
        Gravity::Warning => Severity::Warning,
        Gravity::Error => Severity::Error,
    };
    Diagnostic::new(severity, obstacle.code(), obstacle.claim())
        .at(places::of(finding, loaded))
        .help(obstacle.fix())
}

/// The report as machines read it.
#[derive(Serialize)]
struct Told<'a> {
    checks: &'a [Check],
    findings: Vec<ToldFinding<'a>>,
}

#[derive(Serialize)]
struct ToldFinding<'a> {
    code: &'static str,
    severity: Gravity,
    appliance: Option<&'a str>,
    message: String,
    help: String,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> Told<'a> {
    fn new(report: &'a DoctorReport, loaded: &'a Loaded) -> Self {
        let told = |finding: &'a Finding| {
            let span = places::of(finding, loaded);
            let position = span.map(|span| loaded.sources.position(span.file, span.start));
            ToldFinding {
                code: finding.obstacle.code(),
                severity: finding.obstacle.gravity(),
                appliance: finding.appliance.as_deref(),
                message: finding.obstacle.claim(),
                help: finding.obstacle.fix(),
                file: span.map(|span| loaded.sources.name(span.file)),
                line: position.map(|at| at.line),
                column: position.map(|at| at.column),
            }
        };
        Self { checks: &report.checks, findings: report.findings.iter().map(told).collect() }
    }
}
