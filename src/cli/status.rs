//! `wrtpod status`: appliances as the cluster has them.

use std::fmt::Write;

use super::args::{ReportFormat, StatusArgs};
use super::cluster::{block_on, connect, releases};
use super::deploy::nic_table;
use super::error::{CliError, Outcome};
use super::load::{Place, WithoutSite, load, place};
use super::printer::Printer;
use super::progress::Show;
use super::report;
use super::table::table;
use crate::cluster::{ApplianceStatus, NicReport, OverlayState, PodStatus, Release};
use crate::shown;

/// Runs the verb.
pub fn run(args: &StatusArgs, printer: Printer) -> Result<Outcome, CliError> {
    let place = place(&args.documents, printer)?;
    let planned = planned(args, &place, printer)?;
    let states = block_on(async {
        let cluster = connect(&args.cluster, printer).await?;
        let _show = Show::new(printer, "asking the API server what is there");
        let namespace = place.namespace.unwrap_or_else(|| cluster.default_namespace().to_owned());
        let mut states = Vec::new();
        if args.names.is_empty() {
            states = cluster.status(&namespace, None, &planned).await?;
        }
        for name in &args.names {
            states.extend(cluster.status(&namespace, Some(name), &planned).await?);
        }
        Ok(states)
    })?;
    match args.output {
        ReportFormat::Table => Printer::told(&text(&states))?,
        ReportFormat::Json => Printer::data(&report::json(&states))?,
        ReportFormat::Yaml => Printer::data(&report::yaml(&states))?,
    }
    if states.is_empty() {
        printer.line("no appliances in this namespace");
    }
    Ok(Outcome::Done)
}

/// With documents at hand, NICs are compared with the plan; without, with what the pod asked for. An
/// appliance that the documents do not know may still run.
fn planned(args: &StatusArgs, place: &Place, printer: Printer) -> Result<Vec<Release>, CliError> {
    let names: Vec<String> = args.names.iter().filter(|name| place.known.contains(name)).cloned().collect();
    let nothing_to_compare = if args.names.is_empty() { place.documented == 0 } else { names.is_empty() };
    if nothing_to_compare {
        return Ok(Vec::new());
    }
    let loaded = load(&args.documents, &names, WithoutSite::Refuse, printer)?;
    Ok(releases(&loaded))
}

fn text(states: &[ApplianceStatus]) -> String {
    let mut text = String::new();
    for state in states {
        if !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{} in namespace {}", state.appliance, state.namespace);
        if let Some(workload) = &state.workload {
            let current = if workload.current { "" } else { ", an update is under way" };
            let _ = writeln!(
                text,
                "  {} {}: {} of {} ready{current}; image {}",
                workload.kind,
                workload.name,
                workload.ready,
                workload.desired,
                shown::line(&workload.image)
            );
        }
        if let Some(pod) = &state.pod {
            pod_lines(&mut text, pod, &state.nics);
        }
        for overlay in state.overlays.iter().filter(|overlay| overlay.state != OverlayState::Installed) {
            let reason =
                overlay.reason.as_ref().map_or(String::new(), |reason| format!(": {}", shown::line(reason)));
            let _ = writeln!(text, "  overlay {}: {}{reason}", overlay.name, overlay.state);
        }
        for other in &state.others {
            pod_lines(&mut text, &other.pod, &other.nics);
        }
        if !state.claims.is_empty() {
            let rows: Vec<Vec<String>> = state
                .claims
                .iter()
                .map(|claim| {
                    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
                    vec![
                        claim.name.clone(),
                        claim.phase.clone(),
                        or_dash(&claim.size),
                        or_dash(&claim.storage_class),
                    ]
                })
                .collect();
            indented(&mut text, &table(&["CLAIM", "PHASE", "SIZE", "CLASS"], &rows));
        }
        if state.changed_attachments {
            let _ = writeln!(
                text,
                "  network attachments of its pod were edited or deleted: deploy again to put them back"
            );
        }
        for problem in &state.problems {
            let _ = writeln!(
                text,
                "  {}[{}]: {}",
                problem.severity.as_str(),
                problem.code,
                shown::line(&problem.to_string())
            );
            if let Some(help) = &problem.help {
                let _ = writeln!(text, "    help: {help}");
            }
            for line in &problem.log {
                let _ = writeln!(text, "    | {}", shown::line(line));
            }
        }
    }
    text
}

fn indented(text: &mut String, block: &str) {
    for line in block.lines() {
        let _ = writeln!(text, "  {line}");
    }
}

/// A pod and its NICs.
fn pod_lines(text: &mut String, pod: &PodStatus, nics: &[NicReport]) {
    let ready = if pod.ready { "ready" } else { "not ready" };
    let node = pod.node.as_deref().unwrap_or("no node yet");
    let address = pod.address.as_deref().unwrap_or("none yet");
    let _ = writeln!(
        text,
        "  Pod {}: {}, {ready}, on {node}, eth0 {address}, {} restarts",
        pod.name,
        shown::line(&pod.phase),
        pod.restarts
    );
    indented(text, &if nics.is_empty() { String::new() } else { nic_table(nics) });
}
