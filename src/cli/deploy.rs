//! `wrtpod deploy`: apply, prune, wait, check the NICs, and say where LuCI is.

use super::args::{DeployArgs, DryRun};
use super::cluster::{block_on, connect, releases};
use super::error::{CliError, Outcome};
use super::load::{Loaded, WithoutSite, load};
use super::pin::pin;
use super::printer::Printer;
use super::progress::Show;
use super::root_notes::root_notes;
use super::table::table;
use super::{image, obstacles};
use crate::cluster::{
    ApplyOptions, ApplyReport, Cluster, DeployOptions, DeployReport, NicReport, Raised, Release, Verdict,
    WaitOptions,
};
use crate::plan::{Appliance, Profile};
use crate::{passes, sink};

/// Runs the verb.
pub fn run(args: &DeployArgs, printer: Printer) -> Result<Outcome, CliError> {
    let mut loaded = load(&args.documents, &args.names, WithoutSite::Refuse, printer)?;
    if args.dry_run == Some(DryRun::Client) {
        Printer::data_of(sink::yaml_texts(&loaded.take_sets(true)))?;
        return Ok(Outcome::Done);
    }
    printer.notes_last(&root_notes(&loaded));
    printer.flush();
    block_on(async {
        let cluster = connect(&args.cluster, printer).await?;
        let mut releases = releases(&loaded);
        if args.build {
            let digests = image::build_all(&loaded, &args.supply, printer).await?;
            for release in &mut releases {
                passes::pin(&mut release.objects, &digests);
            }
        }
        let mut show = Show::new(printer, "asking cluster and registries for digests");
        pin(&cluster, &mut releases, args.pin.when, &mut show, printer).await?;
        drop(show);
        let mut outcome = Outcome::Done;
        for (release, (appliance, _)) in releases.iter().zip(loaded.chosen()) {
            if args.dry_run == Some(DryRun::Server) {
                dry_run(&cluster, release, &loaded, args, printer).await?;
            } else if deploy(&cluster, release, appliance, &loaded, args, printer).await? == Outcome::Found {
                outcome = Outcome::Found;
            }
        }
        Ok(outcome)
    })
}

async fn dry_run(
    cluster: &Cluster,
    release: &Release,
    loaded: &Loaded,
    args: &DeployArgs,
    printer: Printer,
) -> Result<(), CliError> {
    let options = ApplyOptions { force_conflicts: args.force_conflicts, delete_data: false };
    let report = {
        let mut show = Show::new(printer, format!("asking the API server about {}", release.appliance));
        cluster.dry_run(release, &options, &mut show).await
    };
    let report =
        report.map_err(|error| obstacles::ended(&error, "deploy", &release.appliance, loaded, printer))?;
    printer.line(&format!("{}: {} (dry run: nothing was written)", release.appliance, summary(&report)));
    Ok(())
}

async fn deploy(
    cluster: &Cluster,
    release: &Release,
    appliance: &Appliance,
    loaded: &Loaded,
    args: &DeployArgs,
    printer: Printer,
) -> Result<Outcome, CliError> {
    let options = DeployOptions {
        apply: ApplyOptions { force_conflicts: args.force_conflicts, delete_data: false },
        wait: args.wait.then(|| WaitOptions { timeout: args.timeout, ..WaitOptions::default() }),
    };
    let report = {
        let mut show = Show::new(printer, format!("applying {}", release.appliance));
        cluster.deploy(release, &options, &mut show).await
    };
    let report =
        report.map_err(|error| obstacles::ended(&error, "deploy", &release.appliance, loaded, printer))?;
    printer.line(&format!("{}: {}", release.appliance, summary(&report.apply)));
    if args.wait {
        Printer::told(&nic_table(&report.nics))?;
    }
    if let Some(secret) = &report.apply.secret {
        printer.line(&format!("root's password is in the Secret {}: {}", secret.name, secret.read_command));
    }
    for line in places(appliance, &report, loaded) {
        printer.line(&line);
    }
    if args.wait {
        let missing = cluster.missing_modules(release).await.into_iter();
        let raised = missing.map(|obstacle| Raised { appliance: Some(release.appliance.clone()), obstacle });
        obstacles::tell(&raised.collect::<Vec<_>>(), loaded, printer);
    }
    Ok(verdict(&report))
}

/// A NIC that is not as planned is a finding; one that could not be asked is not.
fn verdict(report: &DeployReport) -> Outcome {
    let wrong = |nic: &NicReport| matches!(nic.verdict, Verdict::Wrong | Verdict::Missing);
    if report.nics.iter().any(wrong) { Outcome::Found } else { Outcome::Done }
}

fn summary(report: &ApplyReport) -> String {
    use crate::cluster::Outcome::{Configured, Created, Unchanged};
    let count = |outcome| report.applied.iter().filter(|applied| applied.outcome == outcome).count();
    let mut parts = Vec::new();
    for (count, word) in [
        (count(Created), "created"),
        (count(Configured), "changed"),
        (report.pruned.len(), "pruned"),
        (count(Unchanged), "unchanged"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    if report.is_unchanged() { "nothing changed".to_owned() } else { parts.join(", ") }
}

/// The NICs as rows.
pub fn nic_table(nics: &[NicReport]) -> String {
    let rows: Vec<Vec<String>> = nics
        .iter()
        .map(|nic| {
            vec![
                nic.interface.clone(),
                nic.network.clone(),
                nic.mac.clone().unwrap_or_else(|| "-".to_owned()),
                if nic.addresses.is_empty() { "-".to_owned() } else { nic.addresses.join(",") },
                match &nic.reason {
                    Some(reason) => format!("{} ({reason})", nic.verdict),
                    None => nic.verdict.to_string(),
                },
            ]
        })
        .collect();
    table(&["NIC", "NETWORK", "MAC", "ADDRESS", "STATE"], &rows)
}

/// Where the appliance's pages are: on the LAN by the addresses that it has, in the cluster by its Service.
fn places(appliance: &Appliance, report: &DeployReport, loaded: &Loaded) -> Vec<String> {
    let what = if appliance.profile == Profile::OpenWrt { "LuCI" } else { appliance.name.as_str() };
    let web = appliance.main.ports.iter().find(|port| matches!(port.name.as_str(), "https" | "http"));
    let Some(web) = web else { return Vec::new() };
    let mut lines = Vec::new();
    // A router's pages are not for its WAN: that zone of the firewall rejects them.
    let routes = appliance.nics.iter().any(|nic| nic.serve.is_some());
    let inside = |name: &str| {
        !routes || appliance.nics.iter().any(|nic| nic.serve.is_some() && nic.interface.value == name)
    };
    for address in report.nics.iter().filter(|nic| inside(&nic.interface)).flat_map(|nic| &nic.addresses) {
        let host = address.split('/').next().unwrap_or(address);
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let port =
            if matches!(web.port.value, 80 | 443) { String::new() } else { format!(":{}", web.port.value) };
        let scheme = if web.port.value == 443 { "https" } else { "http" };
        lines.push(format!("{what} on the LAN: {scheme}://{host}{port}/"));
    }
    if appliance.service.is_some() {
        lines.push(format!(
            "{what} from here: kubectl -n {} port-forward service/{} 8080:{}",
            loaded.plan.namespace, appliance.name.value, web.port.value
        ));
    }
    lines
}
