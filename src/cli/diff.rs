//! `wrtpod diff`: what `deploy` would change, and what was changed inside the appliance.

use std::fmt::Write;

use clap::Args;

use super::args::{ClusterArgs, DocumentArgs, PinArgs};
use super::cluster::{block_on, connect, releases};
use super::error::{CliError, Outcome};
use super::load::{WithoutSite, load};
use super::pin::pin;
use super::printer::Printer;
use super::progress::Show;
use super::{complete, inside, mask, obstacles};
use crate::cluster::{Change, DiffReport, Silent};
use crate::plan::Profile;

/// `wrtpod diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// Appliances of the site, or catalog entries
    #[arg(value_name = "NAME", add = complete::appliances(), required = true)]
    pub names: Vec<String>,
    /// Documents
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// Cluster
    #[command(flatten)]
    pub cluster: ClusterArgs,
    /// Pin image tags to digests
    #[command(flatten)]
    pub pin: PinArgs,
    /// Show secrets: passwords and keys, of which otherwise only a change is told
    #[arg(long)]
    pub show_secrets: bool,
}

/// Runs the verb.
pub fn run(args: &DiffArgs, printer: Printer) -> Result<Outcome, CliError> {
    let loaded = load(&args.documents, &args.names, WithoutSite::Refuse, printer)?;
    let (text, notes) = block_on(async {
        let cluster = connect(&args.cluster, printer).await?;
        let mut releases = releases(&loaded);
        let _show = Show::new(printer, "asking the API server what would change");
        pin(&cluster, &mut releases, args.pin.when, &mut Silent, printer).await?;
        let (mut text, mut notes) = (String::new(), Vec::new());
        for (release, (appliance, _)) in releases.iter().zip(loaded.chosen()) {
            let report = cluster.diff(release, &|sides| mask::texts(sides, args.show_secrets)).await;
            let name = &release.appliance;
            let report =
                report.map_err(|error| obstacles::ended(&error, "compare", name, &loaded, printer))?;
            objects(&mut text, &report);
            if appliance.profile == Profile::OpenWrt {
                match inside::changed(&cluster, release, appliance, args.show_secrets).await {
                    Ok(changes) => text.push_str(&changes),
                    Err(note) => notes.push(format!("{}: {note}", release.appliance)),
                }
            }
        }
        Ok((text, notes))
    })?;
    for note in notes {
        printer.line(&note);
    }
    Printer::told(&text)?;
    Ok(if text.is_empty() { Outcome::Done } else { Outcome::Found })
}

fn objects(text: &mut String, report: &DiffReport) {
    for object in report.objects.iter().filter(|object| object.change != Change::None) {
        let what = match object.change {
            Change::Create => "would be created",
            Change::Modify => "would change",
            Change::Prune => "would be deleted",
            Change::None => continue,
        };
        let _ = writeln!(text, "# {} {what}", object.identity);
        if !object.restarts.is_empty() {
            let _ = writeln!(text, "# its pod would restart: {}", object.restarts.join(", "));
        }
        text.push_str(&object.text);
        for conflict in &object.conflicts {
            let _ = writeln!(text, "# {} belongs to {}", conflict.field, conflict.manager);
        }
    }
}
